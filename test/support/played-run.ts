// A run's reports, played to the console one after the other: `tsx played-run.ts FILE`, with the number of the events that
// may happen in FILE.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { interruptSignal } from '../../src/commands/shared/interrupt.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { consoleReporter } from '../../src/log/console.ts'
import { stepMetrics } from '../../src/log/metrics.ts'

// while a terminal changes its size, before it has said so, nothing may be drawn: clocks stand still
if (process.argv.includes('--still')) performance.now = () => 0
// tmux moves rows off a screen that is not full as it becomes narrower, where nothing can be erased any more
if (process.argv.includes('--full')) console.log('\n'.repeat(40))
const { guard } = resolveConfig([])
const reporter = consoleReporter({ json: false, quiet: process.argv.includes('--quiet'), steps: 8, guard })
interruptSignal('stopping: the last completed step will be saved')
const counts = { proposed: 45, accepted: 30, answered: 27, kept: 16, newTokens: 900 }
const finished = (step: number, accuracy: number, over = {}) =>
  stepMetrics({
    step,
    'eval.accuracy': accuracy,
    ...(step > 0 && {
      'reward.mean': 0.5,
      'vote.majorityShare': 0.5 + step / 20,
      'instructions.proposed': 80,
      'instructions.kept': 41,
      'groups.sampled': 32,
      'groups.kept': 20,
      'groups.trained': 16,
      'kl.mean': 0.0123,
      'entropy.mean': 0.5,
      'tokens.generated': 9000,
      'tokens.trained': 1000,
    }),
    'seconds.total': 60,
    ...over,
  })

const events: (() => void)[] = [
  () => reporter.progress('loading the model', 3, 10),
  () => reporter.step(finished(0, 0.447), []),
  () => {
    reporter.underway({ ...counts, step: 1, stage: 'answering', proposed: 45 })
    reporter.progress('answering', 62, 100)
  },
  () => {
    reporter.step(finished(1, 0.787), [])
    reporter.underway({ ...counts, step: 2, stage: 'updating' })
    reporter.progress('updating', 1, 4)
  },
  () => reporter.note('a note of the run'),
  () => process.emitWarning('a warning of Node'),
  () => {
    process.stdout.write('the beginning of a line, ')
    setTimeout(300).then(() => process.stdout.write('and its end\n'))
  },
  () => {
    const worker = new Worker('console.log("from a worker"); console.error("an error of a worker")', { eval: true })
    worker.unref()
  },
  () => {
    reporter.step(finished(2, 0.923, { 'entropy.mean': 0.001 }), [])
    reporter.underway({ ...counts, step: 3, stage: 'answering' })
  },
  () => {
    if (process.argv.includes('--crash')) throw new Error('a crash of the program')
    if (process.argv.includes('--kill')) process.kill(process.pid, 'SIGKILL')
    reporter.end()
    console.log('the summary')
    process.exit(0)
  },
]

for (const [i, event] of events.entries()) {
  while (Number(readFileSync(process.argv[2]!, 'utf8') || 0) <= i) await setTimeout(20)
  event()
}
