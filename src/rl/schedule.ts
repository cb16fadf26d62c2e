export type ScheduleKind = 'constant' | 'linear' | 'cosine'

export interface Schedule {
  readonly kind: ScheduleKind
  readonly lr: number // peak
  readonly minLrRatio: number // floor of linear and cosine, as a share of the peak
  readonly warmupSteps: number // optimizer steps
  readonly totalSteps: number // optimizer steps of the whole run; beyond it the floor holds
}

/**
 * Learning rate of one optimizer step.
 *
 * Warm-up is linear and reaches the peak at its last step (transformers' schedulers start at exactly 0, which wastes
 * the first step). Afterwards: constant, linear, or cosine down to `minLrRatio`, as `cosine_with_min_lr` has it.
 * @param step 1 for the first optimizer step
 */
export function learningRate(schedule: Schedule, step: number): number {
  const { kind, lr, minLrRatio, warmupSteps, totalSteps } = schedule
  if (step <= warmupSteps) return (lr * step) / warmupSteps
  const progress = Math.min(1, (step - 1 - warmupSteps) / Math.max(1, totalSteps - warmupSteps))
  return lr * (minLrRatio + (1 - minLrRatio) * decay[kind](progress))
}

const decay: Record<ScheduleKind, (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
}

/** Optimizer steps of warm-up: below 1, a share of the run's; from 1 on, that many. */
export function warmupSteps(warmup: number, totalSteps: number): number {
  return warmup < 1 ? Math.ceil(warmup * totalSteps) : Math.round(warmup)
}
