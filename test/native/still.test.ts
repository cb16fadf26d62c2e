// A learning rate of 0 must change nothing: not a bit of the weights, not a greedy token, and every probability ratio
// is exactly 1, because old log-probabilities are computed in the micro-batches that the update takes.
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/resolve.ts'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { Dtype, NativeEngine } from '../../src/native/types.ts'
import { createRandom, rowSeeds } from '../../src/random.ts'
import { planMinibatches } from '../../src/rl/minibatches.ts'
import { buildTrainBatch } from '../../src/rl/train-batch.ts'
import { updatePolicy } from '../../src/rl/update.ts'
import type { RewardedGroup } from '../../src/rollout/group.ts'
import { packTokens } from '../../src/rollout/pack.ts'
import { unpackCompletions } from '../../src/rollout/rollout.ts'
import { goldenFolders } from '../support/goldens.ts'
import { tempFolder } from '../support/temp-folder.ts'

const samples = 4
const prompts = [Int32Array.of(5, 9, 3), Int32Array.of(17), Int32Array.of(4, 4, 8, 1, 30, 2, 11)]

const settings = (over: Record<string, unknown>) =>
  resolveConfig(
    Object.entries({
      'rollout.samplesPerPrompt': samples,
      'rollout.promptsPerStep': prompts.length,
      'rollout.maxNewTokens': 12,
      'update.sequencesPerStep': 3,
      'optimizer.weightDecay': 0.1,
      ...over,
    }).map(([key, value]) => ({ key, value, origin: 'test' })),
  )

async function open(dir: string, dtype: Dtype): Promise<NativeEngine> {
  const { config, weights } = await readCheckpoint(dir)
  return openEngine({
    model: config,
    weights,
    device: 'cpu',
    dtype,
    reference: true,
    kvCacheBytes: 1 << 24,
    threads: 0,
  })
}

const sampling = (temperature: number, count: number, step: number) => ({
  samplesPerPrompt: count,
  maxNewTokens: 12,
  temperature,
  topP: 1,
  presencePenalty: 0,
  stopTokens: Int32Array.of(7, 13), // responses of different lengths
  seeds: rowSeeds(0, 'still', step, prompts.length * count),
})

/** Sampled groups, a third of the responses rewarded. */
async function sampleGroups(engine: NativeEngine, step: number): Promise<RewardedGroup[]> {
  const batch = await engine.generate(packTokens(prompts), sampling(1, samples, step))
  const responses = unpackCompletions(batch, { decode: () => '' })
  return prompts.map((promptTokens, i) => ({
    question: { id: `q${i}`, text: '', source: 'self' },
    promptTokens,
    responses: responses.slice(i * samples, (i + 1) * samples),
    vote: {
      rewards: Float32Array.from({ length: samples }, (_, row) => Number(row % 3 === 0)),
      answers: [],
      majority: null,
      majorityShare: 0,
      votes: [1, 0] as const,
      classes: 0,
      answerless: 0,
      timeouts: 0,
    },
    masks: null,
    right: null,
    step,
  }))
}

/** Trains for some steps as the loop does; returns what the updates reported. */
async function trainSteps(engine: NativeEngine, steps: number, over: Record<string, unknown>) {
  const config = settings(over)
  const reports = []
  let optimizerStep = 0
  for (let step = 1; step <= steps; step++) {
    const groups = await sampleGroups(engine, step)
    const random = createRandom(['still', step])
    const minibatches = planMinibatches(
      prompts.map(() => samples),
      config.update,
      random,
    )
    const plan = { step, klCoef: 1e-3, minibatches }
    const batch = await buildTrainBatch(engine, groups, config, plan)
    const update = await updatePolicy(engine, batch.sequences, config, { ...plan, optimizerStep, trainingStep: 0 })
    optimizerStep += update.optimizerSteps
    reports.push({ batch, update })
  }
  return reports
}

async function weightBytes(engine: NativeEngine): Promise<Buffer> {
  const path = join(await tempFolder(), 'weights')
  await engine.exportTensors([{ path, header: new Uint8Array(0), tensors: engine.info.tensorNames }])
  return readFile(path)
}

const greedyTokens = async (engine: NativeEngine): Promise<number[]> =>
  Array.from((await engine.generate(packTokens(prompts), sampling(0, 1, 0))).tokens)

const cases = goldenFolders().flatMap((dir) =>
  (['float32', 'bfloat16'] as const).map((dtype) => [basename(dir), dtype, dir] as const),
)

describe.each(cases)('%s in %s', (_, dtype, dir) => {
  it('is the same, bit for bit, after 5 steps at a learning rate of 0', async () => {
    const engine = await open(dir, dtype)
    const [weights, greedy] = [await weightBytes(engine), await greedyTokens(engine)]
    const reports = await trainSteps(engine, 5, { 'optimizer.lr': 0 })
    for (const { batch, update } of reports) {
      expect(update.optimizerSteps).toBe(4)
      expect(update.gradNorm).toBeGreaterThan(0)
      expect(update.ratioMax).toBe(1)
      expect(update.clipFraction).toBe(0)
      expect(batch.klMean).toBe(0)
      expect(batch.mismatch!.mean).toBeLessThan(dtype === 'float32' ? 1e-5 : 0.03)
    }
    expect((await weightBytes(engine)).equals(weights)).toBe(true)
    expect(await greedyTokens(engine)).toEqual(greedy)
    await engine.close()
  })

  it('moves otherwise', async () => {
    const engine = await open(dir, dtype)
    const weights = await weightBytes(engine)
    const reports = await trainSteps(engine, 1, { 'optimizer.lr': 1e-2 })
    expect(reports[0]!.update.ratioMax).toBeGreaterThan(1)
    expect((await weightBytes(engine)).equals(weights)).toBe(false)
    await engine.close()
  })
})
