import type { EvaluationLine } from '../eval/set-figures.ts'
import { evaluationsText } from './evaluations.ts'
import type { StepMetrics } from './metrics.ts'
import { percent } from './percent.ts'
import type { Reporter } from './reporter.ts'

/** How much to say. */
export interface ConsoleOptions {
  readonly json: boolean // stdout is for one JSON object
  readonly quiet: boolean
  readonly steps: number // of the whole run
}

/** One line per step on stdout (stderr with --json); progress on a terminal only; notes on stderr. */
export function consoleReporter({ json, quiet, steps }: ConsoleOptions): Reporter {
  const out = json ? process.stderr : process.stdout
  const status = statusLine(quiet)
  return {
    progress: status.show,
    step: (metrics, evaluations) => {
      status.clear()
      if (!quiet) out.write(`${stepText(metrics, steps, evaluations)}\n`)
    },
    note: (text) => {
      status.clear()
      if (!quiet) process.stderr.write(`${text}\n`)
    },
  }
}

/** One line on a terminal's stderr that is rewritten in place; nothing if stderr is a file. */
export function statusLine(quiet: boolean): { show: Reporter['progress']; clear: () => void } {
  if (quiet || !process.stderr.isTTY) return { show: () => {}, clear: () => {} }
  let shownAt = 0
  return {
    show: (stage, done, total) => {
      const now = performance.now()
      if (now - shownAt < 100) return
      shownAt = now
      process.stderr.write(`\r\x1b[K${stage} ${Math.floor((100 * done) / total)} %`)
    },
    clear: () => {
      shownAt = 0
      process.stderr.write('\r\x1b[K')
    },
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
