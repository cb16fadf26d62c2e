// Runs to convergence and to collapse, by which guards are judged.

import { type GuardName, guardSchema } from '../../src/config/guard-schema.ts'

// no guard ends a run, and its last model stays: what each would have done is computed from the whole run
const unwatched = [
  'checkpoint.final=last',
  ...Object.entries(guardSchema.parse({}) as Record<GuardName, { action: string }>)
    .filter(([, { action }]) => action !== 'log')
    .map(([name]) => `guard.${name}={action: log}`),
]

/** A run of `serl train`. */
export interface PlannedRun {
  readonly name: string
  readonly seed: number
  readonly args: readonly string[] // besides --out and --seed
}

const set = (settings: readonly string[]): string[] => settings.flatMap((setting) => ['--set', setting])

// what a run of an earlier version did, before undecided and cut-off answers were left out
const unguarded = ['difficulty.minMargin=0', 'difficulty.minVoters=1', 'reward.unfinished=zero']

const demo: Readonly<Record<string, readonly string[]>> = {
  'demo, as it is': [],
  'demo, cool': ['optimizer.lr=5e-5'],
  'demo, GRPO': ['advantage.estimator=grpo'],
  'demo, hot': ['optimizer.lr=1e-3'],
  'demo, no band': ['optimizer.lr=1e-3', 'kl.coef=0', 'difficulty.low=0', 'difficulty.high=1', ...unguarded],
  'demo, no clip': ['optimizer.lr=1e-3', 'kl.coef=0', 'update.clipLow=1', 'update.clipHigh=1000', ...unguarded],
}

// of the questions, answered with their first number: a bad habit that agrees with itself
const stubborn = [0.5, 0.65]

const smollm2: Readonly<Record<string, readonly string[]>> = {
  'SmolLM2, as the collapse': ['optimizer.lr=2e-5', 'difficulty.low=0.2', 'difficulty.high=0.9', ...unguarded],
  'SmolLM2, cooler': ['optimizer.lr=5e-6', 'difficulty.low=0.2', 'difficulty.high=0.9', ...unguarded],
  'SmolLM2, rule': ['optimizer.lr=1e-5', 'reward.kind=rule', 'difficulty.low=0.1', 'difficulty.high=0.9'],
}

export interface PlanOptions {
  readonly seeds: readonly number[]
  readonly stubbornModel: (share: number) => string // folder
  readonly model: string | null // folder of SmolLM2-135M-Instruct; null: the demonstration's family only
  readonly questions: { readonly seeds: string; readonly heldOut: string } // for it
}

export function plannedRuns({ seeds, stubbornModel, model, questions }: PlanOptions): PlannedRun[] {
  const small = [
    ...['train.steps=20', 'panel.view={question} Find the result.', 'panel.size=32', 'panel.every=1', 'eval.every=1'],
    'checkpoint.every=1000',
    ...unwatched,
  ]
  const large = [
    ...['instruct.source=given', 'rollout.samplesPerPrompt=8', 'rollout.maxNewTokens=56', 'eval.maxNewTokens=56'],
    ...['kl.coef=0', 'train.steps=20', `eval.path=${questions.heldOut}`, 'eval.every=2', 'eval.limit=0'],
    ...['panel.size=32', 'panel.every=2', 'checkpoint.every=1000'],
    ...unwatched,
  ]
  const of = (name: string, args: readonly string[]): PlannedRun[] =>
    seeds.map((seed) => ({ name: `${name}, seed ${seed}`, seed, args }))
  return [
    ...Object.entries(demo).flatMap(([name, settings]) => of(name, ['demo', ...set([...small, ...settings])])),
    ...stubborn.flatMap((share) => of(`stubborn ${share}`, ['demo', '--model', stubbornModel(share), ...set(small)])),
    ...(model === null
      ? []
      : Object.entries(smollm2).flatMap(([name, settings]) =>
          of(name, ['cpu-100m', '--model', model, '--seeds', questions.seeds, ...set([...large, ...settings])]),
        )),
  ]
}
