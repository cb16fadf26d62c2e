import type { RougeIndex } from '../filter/rouge.ts'
import type { JudgedGroup } from '../rollout/group.ts'

/** Adds a round of sampled groups. */
export function countRound(tally: Tally, judged: readonly JudgedGroup[], kept: number): void {
  tally.sampled.push(...judged)
  tally.kept += kept
  for (const group of judged) for (const c of group.completions) tally.tokensGenerated += c.tokens.length
}

export type Stage = 'propose' | 'rollout' | 'update'

/** What one step counts while it runs. */
export interface Tally {
  readonly started: number // ms
  readonly seconds: Record<Stage, number>
  proposeRounds: number // times the model was asked for questions
  readonly proposals: string[] // every text proposed
  accepted: number
  tokensGenerated: number
  examplesDropped: number // left out of prompts for questions, which were too long
  tooLong: number // questions left out: their prompts were too long
  expired: number // surplus groups that waited too long
  readonly sampled: JudgedGroup[] // every group judged in the step
  batch?: RougeIndex // questions accepted in this step, and those that waited at its start
  readonly lastRejected: { text: string; reason: string }[] // the latest few, for an error's message
  kept: number // of these, inside the difficulty band
}

export const newTally = (): Tally => ({
  started: performance.now(),
  seconds: { propose: 0, rollout: 0, update: 0 },
  proposeRounds: 0,
  proposals: [],
  lastRejected: [],
  accepted: 0,
  tokensGenerated: 0,
  examplesDropped: 0,
  tooLong: 0,
  expired: 0,
  sampled: [],
  kept: 0,
})

/** Adds the time that `work` takes to a stage's seconds. */
export async function timed<T>(tally: Tally, stage: Stage, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    return await work()
  } finally {
    tally.seconds[stage] += (performance.now() - started) / 1000
  }
}
