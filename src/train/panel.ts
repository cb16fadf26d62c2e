import type { StepMetrics } from '../log/metrics.ts'
import { readPanel } from '../panel/read-panel.ts'
import {
  changedShare,
  driftFrom,
  fewestSettled,
  type PanelReading,
  type PanelState,
  panelMetrics,
} from '../panel/reading.ts'
import { sameAnswer } from '../reward/same-answer.ts'
import type { TrainState } from '../run/train-state.ts'
import { stopIfAsked, type TrainContext } from './context.ts'
import { voteKey } from './vote-key.ts'

export interface PanelWatch {
  readonly metrics: Partial<StepMetrics>
  readonly state: PanelState // with this reading as the latest
}

/**
 * A reading of the panel by the model after this step.
 * @throws Interrupted
 */
export async function watchPanel(context: TrainContext, state: TrainState): Promise<PanelWatch> {
  const { config, panel, checker, reporter } = context
  stopIfAsked(context)
  const progress = (done: number, total: number): void => reporter.progress('asking the panel', done, total)
  const reading = await readPanel(context, panel, state.step, progress)
  stopIfAsked(context)
  const key = voteKey(context, [panel, config.panel.view, config.panel.samples])
  const before = state.panel?.key === key ? state.panel : null
  if (state.panel !== null && before === null) {
    reporter.note(
      `the panel is asked other questions than before, or in another way: from now on it is compared with the model of step ${state.step}`,
    )
  }
  if (before === null) noteFewSettled(context, reading)
  const same = sameAnswer(checker, config.reward)
  const changes = {
    flipRate: before === null ? null : await changedShare(reading, before.last, same),
    drift: before === null ? null : await driftFrom(before.start, reading, same),
  }
  const highest = Math.max(before?.highest ?? before?.start.agreement ?? 0, reading.agreement)
  const next = { key, start: before?.start ?? reading, last: reading, highest }
  return { metrics: panelMetrics(reading, next, changes), state: next }
}

/** Votes that are seldom settled are mostly luck, and there is nothing whose change would show damage. */
function noteFewSettled({ panel, reporter }: TrainContext, { settled }: PanelReading): void {
  const count = settled.filter(Boolean).length
  if (count >= fewestSettled) return
  reporter.note(
    `the model's votes are settled on ${count} of the ${panel.length} questions of the panel, fewer than ${fewestSettled}: ` +
      'guard.panelDrift cannot watch, and votes like these are mostly luck (npx serl forecast says more)',
  )
}
