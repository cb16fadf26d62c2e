// Numbers that the engine accepts. checks.ts, the flags and the schema of the settings all read them here: a number that a
// flag or a setting lets through must not be refused in the middle of a run.

/** A range of numbers; an end that is left out is open. */
export interface Bounds {
  readonly least?: number
  readonly above?: number
  readonly most?: number
  readonly below?: number
  readonly whole?: true
}

/** A thread that the system cannot start would end the process. */
export const MOST_THREADS = 1024

/** A call's rows times its maximum of new tokens: positions are 32-bit. */
export const MOST_CALL_TOKENS = 2 ** 31 - 1

export const nativeBounds = {
  threads: { whole: true, least: 0, most: MOST_THREADS },
  samplesPerPrompt: { whole: true, least: 1 },
  maxNewTokens: { whole: true, least: 1 },
  // below it the scaled logits leave float32; 0 is apart, and means greedy
  temperature: { least: 1e-4 },
  topP: { above: 0, most: 1 },
  presencePenalty: { least: -1e4, most: 1e4 },
  step: { whole: true, least: 1 },
  lr: { least: 0 },
  weightDecay: { least: 0 },
  maxGradNorm: { least: 0 },
  beta1: { least: 0, below: 1 },
  beta2: { least: 0, below: 1 },
  eps: { above: 0 },
  clipLow: { least: 0 },
  clipHigh: { least: 0 },
  klCoef: { least: 0 },
  entropyCoef: { least: 0 },
  normalizer: { above: 0 },
} as const satisfies Record<string, Bounds>

/** Whether a number lies in a range; NaN and infinity lie in none. */
export function isWithin(value: number, { least, above, most, below, whole }: Bounds): boolean {
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) return false
  if ((least !== undefined && value < least) || (above !== undefined && value <= above)) return false
  return !((most !== undefined && value > most) || (below !== undefined && value >= below))
}

/** "a whole number from 1 to 1024", "a number above 0", "a number of at least 0, below 1". */
export function boundsText({ least, above, most, below, whole }: Bounds): string {
  const kind = whole ? 'a whole number' : 'a number'
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`
  const ends = [
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ]
  return ends.length === 0 ? kind : `${kind} ${ends.join(', ')}`
}
