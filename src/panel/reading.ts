import type { StepMetrics } from '../log/metrics.ts'

/** What the panel answers at one step, in both views. Plain data. */
export interface PanelReading {
  readonly majorities: readonly (string | null)[] // [questions] of the first view; null: nothing voted
  readonly settled: readonly boolean[] // [questions] does the majority lead the next answer by half of the responses?
  readonly agreement: number // mean share of the majority, first view
  readonly crossView: number | null // share of questions with the same majority in both views; null: none has both
  readonly length: number // mean new tokens, first view
  readonly entropy: number // mean of -log p over sampled tokens, nats; an unbiased estimate of the entropy
}

/** The first reading of its kind in a run, which is of the frozen base unless settings changed on resume, and the last one. */
export interface PanelState {
  readonly key: string // of questions and settings (voteKey): readings of others cannot be compared
  readonly start: PanelReading
  readonly last: PanelReading
  readonly highest: number // agreement so far
}

export interface Changes {
  readonly flipRate: number | null // share of majorities that differ from the last reading's
  readonly drift: number | null // share of the start's settled majorities that differ now
}

/**
 * A reading's metrics. The split is the rise of agreement since the start that the second view does not share: a model
 * that knows more agrees with itself under another wording too; one that has learned a habit of this wording does not. The
 * decline is from the highest agreement so far: votes reward agreement, so that it falls only where updates do damage.
 */
export function panelMetrics(
  reading: PanelReading,
  { start, highest }: PanelState,
  changes: Changes,
): Partial<StepMetrics> {
  const crossed = reading.crossView !== null && start.crossView !== null ? reading.crossView - start.crossView : null
  return {
    'panel.agreement': reading.agreement,
    'panel.crossView': reading.crossView,
    'panel.split': crossed === null ? null : reading.agreement - start.agreement - crossed,
    'panel.decline': highest - reading.agreement,
    'panel.flipRate': changes.flipRate,
    'panel.drift': changes.drift,
    'panel.lengthRatio': reading.length / start.length,
    'panel.entropyRatio': start.entropy > 0 ? reading.entropy / start.entropy : null,
  }
}

type Majorities = PanelReading['majorities']

/** Questions that have a majority in both, and those of them where it is the same. */
export async function compareMajorities(
  first: Majorities,
  second: Majorities,
  same: (a: string, b: string) => Promise<boolean>,
): Promise<{ both: number; equal: number }> {
  let [both, equal] = [0, 0]
  for (const [i, a] of first.entries()) {
    const b = second[i] ?? null
    if (a === null || b === null) continue
    both += 1
    if (await same(a, b)) equal += 1
  }
  return { both, equal }
}

/** Share of questions whose majority differs, of those where both readings have one. */
export async function changedShare(
  now: PanelReading,
  before: PanelReading,
  same: (a: string, b: string) => Promise<boolean>,
): Promise<number | null> {
  const { both, equal } = await compareMajorities(now.majorities, before.majorities, same)
  return both === 0 ? null : (both - equal) / both
}

/** Settled majorities at the start without which a drift is not measured. */
export const fewestSettled = 8

/**
 * Share of the base model's settled majorities that differ now. What it was nearly sure of is seldom unlearned by training
 * that works; a majority that led by little changes with the next sample.
 * @returns null where fewer than 8 were settled
 */
export async function driftFrom(
  start: PanelReading,
  now: PanelReading,
  same: (a: string, b: string) => Promise<boolean>,
): Promise<number | null> {
  if (start.settled.filter(Boolean).length < fewestSettled) return null
  const settled = start.majorities.map((majority, i) => (start.settled[i] ? majority : null))
  return changedShare(now, { ...start, majorities: settled }, same)
}
