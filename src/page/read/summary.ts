import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { readOutcome } from '../../run/outcome-file.ts'
import { configFile, instructionsFile, outcomeFile, rolloutsFolder } from '../../run/run-folder.ts'
import { isRunning } from '../../run/run-lock.ts'
import { fileInside } from './file-inside.ts'
import type { RunView } from './run-view.ts'
import { readConfig, settingIn } from './settings.ts'
import type { RunSummary } from './shapes.ts'
import { findTrace } from './trace.ts'

/** What of a run can change while it is watched; cheap enough to look every second. */
export async function pulseOf(
  view: RunView,
): Promise<Pick<RunSummary, 'state' | 'why' | 'steps' | 'generation' | 'has'>> {
  await view.metrics.refresh()
  const { folder, metrics } = view
  const [outcome, going, trace, rollouts] = await Promise.all([
    outcomeOf(folder),
    isRunning(folder),
    findTrace(folder),
    readdir(rolloutsFolder(folder)).catch(() => []),
  ])
  return {
    state: stateOf(folder, going, outcome),
    why: going ? null : (outcome?.stopped ?? null),
    steps: metrics.steps.at(-1) ?? 0,
    generation: metrics.generation,
    has: { proposals: existsSync(instructionsFile(folder)), rollouts: rollouts.length > 0, trace: trace !== null },
  }
}

/** The first thing that the page asks of a run. */
export async function summaryOf(view: RunView, run: number): Promise<RunSummary> {
  const pulse = await pulseOf(view)
  const { folder, name, metrics } = view
  const config = await readConfig(view)
  const outcome = pulse.state === 'going on' ? null : await outcomeOf(folder)
  const accuracies = metrics.column('eval.accuracy').filter((value) => value !== null)
  const text = (key: string): string | null => {
    const value = settingIn(config, key)
    return typeof value === 'string' ? value : null
  }
  return {
    run,
    name,
    ...pulse,
    planned: plannedSteps(settingIn(config, 'train.steps'), settingIn(config, 'train.iterations')),
    preset: typeof config?.preset === 'string' ? config.preset : null,
    reward: text('reward.kind'),
    estimator: text('advantage.estimator'),
    seed: numberOr(settingIn(config, 'train.seed')),
    modelOfStep: outcome?.modelOfStep ?? null,
    accuracy:
      accuracies.length === 0
        ? null
        : {
            first: accuracies[0]!,
            last: accuracies.at(-1)!,
            best: accuracies.reduce((best, value) => Math.max(best, value)),
          },
    keys: metrics.keys(),
  }
}

/** Null: the run has not ended, or its file cannot be read. */
async function outcomeOf(folder: string): Promise<Outcome> {
  if ((await fileInside(folder, outcomeFile(folder))) === null) return null
  return readOutcome(folder).catch(() => null)
}

type Outcome = Awaited<ReturnType<typeof readOutcome>>

function stateOf(folder: string, going: boolean, outcome: Outcome): RunSummary['state'] {
  if (going) return 'going on'
  if (outcome !== null) return outcome.stopped === null ? 'ended' : 'ended early'
  return existsSync(configFile(folder)) ? 'interrupted' : 'waiting'
}

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)

const plannedSteps = (steps: unknown, iterations: unknown): number | null =>
  typeof steps === 'number' ? steps * (typeof iterations === 'number' ? iterations : 1) : null
