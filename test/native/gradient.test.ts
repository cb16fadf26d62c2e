// The gradient of every loss against central differences of the loss itself: for a direction d in the space of all
// weights, (L(w + e d) - L(w - e d)) / 2e must equal <g, d>. g is read from AdamW's first moment after a step with
// beta1 = 0 and a learning rate of 0.
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { readSafetensorsHeader, safetensorsHeader } from '../../src/model/safetensors.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { Loss, NativeEngine, PolicyLoss, SequenceBatch } from '../../src/native/types.ts'
import { createRandom, type Random } from '../../src/random.ts'
import { packSequences } from '../../src/rollout/pack.ts'
import { goldenFolders, readGolden } from '../support/goldens.ts'
import { tempFolder } from '../support/temp-folder.ts'

const actionsOf = ({ tokens, promptLengths }: SequenceBatch): number =>
  tokens.length - promptLengths.reduce((sum, length) => sum + length, 0)

const floats = (count: number, value: () => number): Float32Array => Float32Array.from({ length: count }, value)

// log-ratios away from the clip range's ends, where the loss has a kink: e^-0.4, e^-0.1, e^0.05, e^0.5
const logRatios = [-0.4, -0.1, 0.05, 0.5]

type MakeLoss = (now: Float32Array, random: Random, temperature?: number) => Loss

/** @param now [A] log-probabilities before anything is perturbed */
const policy =
  (over: Partial<PolicyLoss>, onPolicy = false, kl = false): MakeLoss =>
  (now, random) => ({
    kind: 'policy',
    advantages: floats(now.length, () => 4 * random.float() - 2),
    oldLogprobs: onPolicy ? now : now.map((logprob) => logprob - logRatios[random.below(4)]!),
    ...(kl ? { referenceLogprobs: now.map((logprob) => logprob + random.float() - 0.5), klCoef: 0.5 } : { klCoef: 0 }),
    clipLow: 0.2,
    clipHigh: 0.28,
    temperature: 1,
    klEstimator: 'k1',
    normalizer: now.length,
    ...over,
  })

const losses: [string, MakeLoss, temperature?: number][] = [
  ['nll', (now) => ({ kind: 'nll', normalizer: now.length })],
  [
    'nll, weighted',
    (now, random) => ({ kind: 'nll', normalizer: 7, weights: floats(now.length, () => random.float()) }),
  ],
  ['policy at a ratio of 1', policy({}, true)],
  ['policy, clipped in part', policy({})],
  ['policy at temperature 0.7', policy({ temperature: 0.7 }), 0.7],
  ['policy with KL k1', policy({ klEstimator: 'k1' }, false, true)],
  ['policy with KL k2', policy({ klEstimator: 'k2' }, false, true)],
  ['policy with KL k1 by the ratio', policy({ klEstimator: 'k1', klByRatio: true }, false, true)],
  ['policy with KL k3 by the ratio', policy({ klEstimator: 'k3', klByRatio: true }, false, true)],
  ['policy with an entropy bonus', policy({ entropyCoef: 0.3 })],
  [
    'policy with KL k3 and an entropy bonus, half of the tokens masked',
    (now, random) => ({
      ...policy({ klEstimator: 'k3', entropyCoef: 0.3 }, false, true)(now, random),
      weights: floats(now.length, () => random.below(2)),
    }),
  ],
  [
    'policy with an entropy bonus at temperature 0.7, weighted',
    (now, random) => ({
      ...policy({ entropyCoef: 0.3, temperature: 0.7 })(now, random),
      weights: floats(now.length, () => 2 * random.float()),
    }),
    0.7,
  ],
  [
    'policy with KL k3, weighted',
    (now, random) => ({
      ...policy({ klEstimator: 'k3' }, false, true)(now, random),
      weights: floats(now.length, () => 2 * random.float()),
    }),
  ],
]

const still = { step: 1, lr: 0, beta1: 0, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 0 }

describe.each(['llama-tied', 'qwen2-sharded', 'qwen3'])('gradients of %s', (name) => {
  const dir = goldenFolders().find((folder) => basename(folder) === name)!
  const batch = packSequences(
    readGolden(dir).sequences.map((row, i) => ({ tokens: Int32Array.from(row), promptLength: 1 + (i % 3) })),
  )
  let engine: NativeEngine
  let scratch: string
  let shapes: Map<string, readonly number[]>
  let files = 0

  beforeAll(async () => {
    const { config, weights } = await readCheckpoint(dir)
    shapes = new Map(weights.map((tensor) => [tensor.name, tensor.shape]))
    scratch = await tempFolder()
    engine = await openEngine({
      model: config,
      weights,
      device: 'cpu',
      dtype: 'float32',
      reference: false,
      kvCacheBytes: 1 << 24,
      threads: 0,
    })
  })
  afterAll(() => engine.close())

  const headerOf = (prefix: string): Uint8Array =>
    safetensorsHeader(
      engine.info.tensorNames.map((tensor) => ({ name: prefix + tensor, dtype: 'F32', shape: shapes.get(tensor)! })),
    )

  /** [N] all tensors of a kind, one after the other. */
  async function read(prefix: string): Promise<Float32Array> {
    const header = headerOf(prefix)
    const path = join(scratch, `${files++}.safetensors`)
    await engine.exportTensors([{ path, header, tensors: engine.info.tensorNames.map((tensor) => prefix + tensor) }])
    const bytes = await readFile(path)
    return new Float32Array(new Uint8Array(bytes.subarray(header.length)).buffer)
  }

  async function setWeights(values: Float32Array): Promise<void> {
    const path = join(scratch, `${files++}.safetensors`)
    await writeFile(path, Buffer.concat([headerOf(''), new Uint8Array(values.buffer)]))
    await engine.importTensors(await readSafetensorsHeader(path))
  }

  it.each(losses)('%s', async (title, makeLoss, temperature = 1) => {
    const random = createRandom(['gradient', name, title])
    const weights = await read('')
    const now = await engine.logprobs(batch, 'policy', temperature)
    expect(now.length).toBe(actionsOf(batch))
    const loss = makeLoss(now, random)
    const { clippedTokens } = await engine.accumulate(batch, loss)
    if (title.includes('clipped')) expect(clippedTokens).toBeGreaterThan(0)
    await engine.step(still)
    const gradient = await read('exp_avg/')

    // along the gradient, each component scaled at random: a wrong component shows, and the slope is far above rounding
    const direction = gradient.map((g) => 2 * random.float() * g)
    const length = Math.sqrt(direction.reduce((sum, d) => sum + d * d, 0))
    const epsilon = 2e-3
    const sides = [1, -1].map((sign) => weights.map((w, i) => w + (sign * epsilon * direction[i]!) / length))
    const values: number[] = []
    for (const side of sides) {
      await setWeights(side)
      values.push((await engine.accumulate(batch, loss)).loss)
    }
    await setWeights(weights)
    await engine.step(still)
    // what float32 made of the two sides
    const expected = gradient.reduce((sum, g, i) => sum + g * (sides[0]![i]! - sides[1]![i]!), 0)
    const difference = values[0]! - values[1]!
    expect(Math.abs(difference / expected - 1)).toBeLessThan(2e-4)
  })
})
