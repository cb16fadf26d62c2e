import type { Config } from '../config/schema.ts'
import type { EvaluationLine } from '../eval/set-figures.ts'
import { isLive } from '../terminal/live-region.ts'
import { evaluationsText } from './evaluations.ts'
import type { StepMetrics } from './metrics.ts'
import { percent } from './percent.ts'
import type { Reporter } from './reporter.ts'
import { runView } from './run-view.ts'

/** How much to say, and of what run. */
export interface ConsoleOptions {
  readonly json: boolean // stdout is for one JSON object
  readonly quiet: boolean
  readonly steps: number // of the whole run
  readonly guard: Config['guard']
}

/** One line per step on stdout (stderr with --json); notes on stderr; below them, on a terminal, what the run does now. */
export function consoleReporter({ json, quiet, steps, guard }: ConsoleOptions): Reporter {
  const out = json ? process.stderr : process.stdout
  const view = quiet || !isLive() ? null : runView({ steps, guard })
  return {
    progress: (stage, done, total) => view?.progress(stage, done, total),
    underway: (step) => view?.underway(step),
    step: (metrics, evaluations) => {
      if (!quiet) out.write(`${stepText(metrics, steps, evaluations)}\n`)
      view?.step(metrics)
    },
    note: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`)
    },
    end: () => view?.close(),
  }
}

/** "step 3/8  accuracy 66.0 %  reward 0.52  ...", and what else was evaluated in a line below. */
export function stepText(metrics: StepMetrics, steps: number, evaluations: readonly EvaluationLine[] = []): string {
  const width = String(steps).length
  const parts = [`step ${String(metrics.step).padStart(width)}/${steps}`]
  const add = (label: string, value: number | null, show: (value: number) => string): void => {
    if (value !== null) parts.push(`${label} ${show(value)}`)
  }
  const fixed = (digits: number) => (value: number) => value.toFixed(digits)
  add('accuracy', metrics['eval.accuracy'], percent)
  add('reward', metrics['reward.mean'], fixed(3))
  add('majority', metrics['vote.majorityShare'], fixed(3))
  if (metrics['instructions.proposed']) {
    parts.push(`questions ${metrics['instructions.kept']}/${metrics['instructions.proposed']}`)
  }
  if (metrics['groups.sampled'] !== null)
    parts.push(`trained ${metrics['groups.trained']}/${metrics['groups.sampled']}`)
  add('kl', metrics['kl.mean'], fixed(4))
  const seconds = metrics['seconds.total']
  if (metrics['tokens.generated'] !== null && seconds !== null) {
    parts.push(`${Math.round((metrics['tokens.generated'] + metrics['tokens.trained']!) / seconds)} tokens/s`)
  }
  add('', seconds, (value) => `${value.toFixed(1)} s`)
  const below = evaluationsText(evaluations)
  const line = parts.join('  ').replaceAll('   ', '  ')
  return below === '' ? line : `${line}\n${' '.repeat(parts[0]!.length)}  ${below}`
}
