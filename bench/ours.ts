// Our side of bench/compare.ts, one case in its own process; one JSON line:
//   npx tsx bench/ours.ts generate|score|train MODEL PROMPTS.jsonl --threads 2 --device cpu
//     generate: --prompts 8 --samples 16 --new 64; score: --sequences 32 --length 192;
//     train: --prompts 2 --samples 8 --new 32 --steps 1
// PROMPTS.jsonl: {"tokens": [...]} per line.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { modelSettings } from '../src/commands/command-line/engine-flags.ts'
import { trainingPlan } from '../src/memory/device-memory.ts'
import { withChosen } from '../src/memory/memory-plan.ts'
import { describeModel, openModel } from '../src/model/open-model.ts'
import type { NativeEngine } from '../src/native/types.ts'
import { createRandom, rowSeeds } from '../src/random.ts'
import { scoreSequences } from '../src/rl/logprobs.ts'
import { packTokens } from '../src/rollout/pack.ts'
import type { Measured } from './compare/side.ts'
import { grpoConfig, grpoStep } from './compare/step.ts'

const count = { type: 'string', default: '1' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ prompts: count, samples: count, new: count, steps: count, sequences: count, length: count, threads: count },
    device: { type: 'string', default: 'cpu' },
  },
})
const [work, model, input] = positionals as [Work, string, string]
const asked = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)])) as Record<
  Exclude<keyof typeof values, 'device'>,
  number
>
const promptTokens = (): Int32Array[] =>
  readFileSync(input, 'utf8')
    .trim()
    .split('\n')
    .slice(0, asked.prompts)
    .map((line) => Int32Array.from((JSON.parse(line) as { tokens: number[] }).tokens))

/** The measured work, and its count: new tokens, tokens or steps. */
interface Task {
  readonly units: number
  run(count?: number): Promise<void>
  warm(): Promise<void>
}

const works = {
  generate: (engine: NativeEngine): Task => {
    const prompts = packTokens(promptTokens())
    const rows = asked.prompts * asked.samples
    const generate = async (maxNewTokens: number): Promise<void> => {
      await engine.generate(prompts, {
        samplesPerPrompt: asked.samples,
        maxNewTokens,
        temperature: 1,
        topP: 1,
        presencePenalty: 0,
        stopTokens: new Int32Array(0),
        seeds: rowSeeds(0, 'bench', 0, rows),
      })
    }
    return { units: rows * asked.new, run: () => generate(asked.new), warm: () => generate(2) }
  },
  score: (engine: NativeEngine, vocabSize: number): Task => {
    const random = createRandom([0, 'bench'])
    const draw = (): number => 3 + random.below(Math.min(200, vocabSize) - 3)
    const sequences = Array.from({ length: asked.sequences }, () => ({
      tokens: Int32Array.from({ length: asked.length }, draw), // [length]
      promptLength: 1,
    }))
    const score = async (count: number): Promise<void> => {
      const params = { weights: 'policy', temperature: 1, tokensPerBatch: null } as const
      await scoreSequences(engine, sequences.slice(0, count), params)
    }
    return { units: asked.sequences * asked.length, run: () => score(asked.sequences), warm: () => score(1) }
  },
  train: (engine: NativeEngine): Task => {
    const prompts = promptTokens()
    const shape = { samples: asked.samples, newTokens: asked.new }
    const config = grpoConfig(prompts.length, shape)
    const planned = withChosen(config, trainingPlan(described, config).chosen) // as serl train does
    let step = 0
    const take = (): Promise<void> => grpoStep(engine, prompts, planned, { ...shape, step: ++step })
    const run = async (): Promise<void> => {
      for (let taken = 0; taken < asked.steps; taken++) await take()
    }
    return { units: asked.steps, run, warm: take }
  },
}
type Work = keyof typeof works

const described = await describeModel(model)
const settings = modelSettings(model, { device: values.device, threads: asked.threads })
const { engine } = await openModel(described, settings, work === 'train')
const task = works[work](engine, described.checkpoint.config.vocabSize)
await task.warm()
const before = engine.profile().products
const started = performance.now()
await task.run()
const seconds = (performance.now() - started) / 1000
const productsSeconds = engine.profile().products - before
const peakBytes = process.resourceUsage().maxRSS * 1024
await engine.close()
const measured: Measured = { seconds, units: task.units, peakBytes, productsSeconds }
console.log(JSON.stringify(measured))
