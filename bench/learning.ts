// Runs to convergence and to collapse, and what each sign of collapse would have said about them.
//
//   npx tsx bench/learning.ts [--out runs/learning] [--seeds 0,1,2] [--model SMOLLM2] [--only TEXT] [--table FILE.md]
//
// Needs `npm run build:native`. --model is the folder of SmolLM2-135M-Instruct; without it only the demonstration is
// run. A run that is finished is not repeated, and one that was stopped is resumed: the program can be ended and
// started again at any time. A run of the demonstration takes a minute or two on two cores, one of SmolLM2 about ten.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { StepMetrics } from '../src/log/metrics.ts'
import { type QuestionLine, questionLine } from '../src/questions/lines.ts'
import { makeQuestions } from '../src/questions/make-questions.ts'
import { type PlannedRun, plannedRuns } from './learning/plan.ts'
import { stubbornModel } from './learning/stubborn.ts'
import { type FinishedRun, runsTable, signalsTable } from './learning/table.ts'

const serl = fileURLToPath(new URL('../bin/serl.js', import.meta.url))
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/learning' },
    seeds: { type: 'string', default: '0,1,2' },
    model: { type: 'string' },
    only: { type: 'string', default: '' },
    table: { type: 'string' },
  },
})

mkdirSync(values.out, { recursive: true })
const made = makeQuestions({
  families: ['arithmetic'],
  count: 500,
  key: ['learning'],
  digits: 2,
  operations: null,
  exclude: new Set(),
}).map(questionLine)
const write = (name: string, questions: readonly QuestionLine[]): string => {
  const file = resolve(values.out, name)
  writeFileSync(file, questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
  return file
}
const questions = {
  seeds: write('arithmetic.jsonl', made.slice(0, 400)),
  heldOut: write('arithmetic-held-out.jsonl', made.slice(400)),
}
const plan = plannedRuns({
  seeds: values.seeds.split(',').map(Number),
  stubbornModel: (share) => resolve(stubbornModel(serl, values.out, share)),
  model: values.model === undefined ? null : resolve(values.model),
  questions,
})

function finish({ name, seed, args }: PlannedRun): FinishedRun {
  const run = join(values.out, name.replaceAll(/[^a-z0-9]+/gi, '-'))
  if (!existsSync(join(run, 'outcome.json'))) {
    const started = existsSync(join(run, 'config.yaml'))
    const begun = started ? ['--resume', '--out', run] : [...args, '--out', run, '--seed', String(seed)]
    const { status, stderr } = spawnSync('node', [serl, 'train', ...begun, '--quiet'], { encoding: 'utf8' })
    // a run that finds nothing more to train on is an end, too
    const isEnd = /lie in the difficulty band|no new question was accepted/.test(stderr)
    if (status === 130) process.exit(130)
    if (status !== 0 && !isEnd) throw new Error(`${name}: exit ${status}\n${stderr}`)
  }
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n')
  return { name, lines: lines.map((line) => JSON.parse(line) as StepMetrics) }
}

const runs: FinishedRun[] = []
for (const planned of plan.filter(({ name }) => name.includes(values.only))) {
  const run = finish(planned)
  const accuracies = run.lines.flatMap((line) => line['eval.accuracy'] ?? [])
  process.stderr.write(`${run.name}: ${accuracies.map((share) => (100 * share).toFixed(0)).join(' ')}\n`)
  runs.push(run)
}
const text = `${runsTable(runs)}\n\n${signalsTable(runs)}\n`
if (values.table !== undefined) writeFileSync(values.table, text)
process.stdout.write(text)
