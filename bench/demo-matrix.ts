// The demonstration under every estimator and in every mode, with controls and a setting that collapses: held-out
// accuracy before and after as a Markdown table.
//
//   npx tsx bench/demo-matrix.ts [--seeds 0,1,2] [--only 'rloo;random reward'] [--steps N] [--out runs/demo-matrix]
//                                [--table docs/demo-matrix.md] [--device cpu]
//
// Needs `npm run build:native`. A run takes half a minute to three minutes on two cores; runs already in --out are not
// repeated, so that an interrupted matrix can continue.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The output of `serl train --json` used here. */
interface Result {
  readonly accuracyBefore: number
  readonly accuracyAfter: number
  readonly steps: number
  readonly seconds: number
  readonly stopped: { readonly guard: string; readonly step: number; readonly modelOfStep: number } | null
}

const estimator = (name: string, ...more: string[]) => ({ [name]: [`advantage.estimator=${name}`, ...more] })
const scorer = `reward.scorer=${join(root, 'bench', 'agreement.mjs')}`
// one optimizer step per batch: the ratio is 1, and nothing is ever clipped
const onPolicy = ['update.epochs=1', 'update.sequencesPerStep=1024']
const given = 'instruct.source=given'

/** Settings on top of the demo preset. */
const variants: Readonly<Record<string, readonly string[]>> = {
  ...estimator('reinforce++'),
  ...estimator('reinforce++-baseline'),
  ...estimator('rloo'),
  ...estimator('grpo', 'kl.place=loss', 'kl.estimator=k3', 'update.lossMean=sequence'),
  ...estimator('dr_grpo', 'update.lossMean=constant', 'kl.place=loss', 'kl.estimator=k3'),
  'self, module': ['reward.kind=module', scorer],
  'given, majority': [given],
  'given, rule': [given, 'reward.kind=rule'],
  'given, module': [given, 'reward.kind=module', scorer],
  'two iterations': ['train.iterations=2', 'train.steps=4'],
  'random reward': ['reward.kind=random'],
  'random reward, unclipped': ['reward.kind=random', 'update.clipLow=1', 'update.clipHigh=1000'],
  'random reward, on-policy': ['reward.kind=random', ...onPolicy],
  'majority, on-policy': onPolicy,
  'learning rate 0': ['optimizer.lr=0', 'train.steps=3'],
  'collapsing, guarded': [
    ...['optimizer.lr=1e-3', 'train.steps=16', 'kl.coef=0', 'difficulty.low=0', 'difficulty.high=1'],
    'guard.accuracyDrop={above: 0.1, steps: 1, action: rollback}',
  ],
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0,1,2' },
    only: { type: 'string' },
    steps: { type: 'string' },
    out: { type: 'string', default: 'runs/demo-matrix' },
    table: { type: 'string', default: 'docs/demo-matrix.md' },
    device: { type: 'string', default: 'cpu' },
  },
})

const seeds = values.seeds.split(',').map(Number)
const names = values.only === undefined ? Object.keys(variants) : values.only.split(';').map((name) => name.trim())
const unknown = names.find((name) => variants[name] === undefined)
if (unknown !== undefined) throw new Error(`no variant ${unknown}; there are: ${Object.keys(variants).join(', ')}`)

function runOnce(name: string, seed: number): Result {
  const run = join(values.out, `${name.replaceAll(/[^a-z0-9+]+/gi, '-')}-${seed}`)
  const saved = `${run}.json`
  if (existsSync(saved)) return JSON.parse(readFileSync(saved, 'utf8')) as Result
  rmSync(run, { recursive: true, force: true }) // of an interrupted matrix
  const settings = ['train.steps=8', ...variants[name]!].flatMap((setting) => ['--set', setting])
  const steps = values.steps === undefined ? [] : ['--steps', values.steps]
  const flags = ['train', 'demo', '--out', run, '--seed', String(seed), '--device', values.device, '--json', '--quiet']
  const { status, stdout, stderr } = spawnSync(
    'node',
    [join(root, 'bin', 'serl.js'), ...flags, ...settings, ...steps],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`${name}, seed ${seed}: exit ${status}\n${stderr}`)
  writeFileSync(saved, stdout)
  return JSON.parse(stdout) as Result
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length

function row(name: string, results: readonly Result[]): string {
  const after = results.map(({ accuracyAfter }) => accuracyAfter)
  const stops = results.flatMap(({ stopped }) => (stopped === null ? [] : [stopped]))
  const notes = stops.map(({ guard, step, modelOfStep }) => `${guard} at step ${step}: model of step ${modelOfStep}`)
  const cells = [
    name,
    percent(mean(results.map(({ accuracyBefore }) => accuracyBefore))),
    ...after.map(percent),
    percent(mean(after)),
    `${Math.round(mean(results.map(({ seconds }) => seconds)))} s`,
    notes.join('; '),
  ]
  return `| ${cells.join(' | ')} |`
}

mkdirSync(values.out, { recursive: true })
const rows = names.map((name) => {
  const results = seeds.map((seed) => {
    const result = runOnce(name, seed)
    process.stderr.write(
      `${name}, seed ${seed}: ${percent(result.accuracyBefore)} -> ${percent(result.accuracyAfter)}\n`,
    )
    return result
  })
  return row(name, results)
})
const heads = ['', 'before', ...seeds.map((seed) => `after, seed ${seed}`), 'mean', 'time', 'ended by a guard']
const table = [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---|').join('')}`, ...rows].join('\n')
mkdirSync(dirname(values.table), { recursive: true })
writeFileSync(
  values.table,
  `# The demonstration in every mode

Greedy accuracy on 300 held-out questions, before and after. The first five rows are the estimators, each with
self-written questions and majority reward. Runs have eight steps unless the row says otherwise.
\`npx tsx bench/demo-matrix.ts\` made this table, on two cores shared with other programs: the times are upper bounds.

${table}

What the controls show: [method.md](method.md#3-vote).
`,
)
process.stdout.write(`${table}\n`)
