// CISPO, the ratio of sequences, KL in the loss, and KL by the ratio, against TRL's GRPOTrainer: the loss, and the norm of
// every parameter's gradient (test/fixtures/rl/run-trl-losses.py).
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { NativeEngine, PolicyLoss } from '../../src/native/types.ts'
import { lossWeights } from '../../src/rl/loss-mean.ts'
import { bySequenceRatio } from '../../src/rl/sequence-ratio.ts'
import { joinTokens, packSequences } from '../../src/rollout/pack.ts'
import { adamw } from '../contract/fixtures.ts'

type CaseName = 'ppo' | 'cispo' | 'gspo' | 'kl' | 'klByRatio'

interface Trl {
  readonly batch: Record<'prompts' | 'completions' | 'old' | 'reference', number[][]>
  readonly advantages: number[] // per response
  readonly cases: Record<CaseName, { readonly value: number; readonly gradientNorms: Record<string, number> }>
}

const trl = JSON.parse(readFileSync(new URL('../fixtures/rl/trl-losses.json', import.meta.url), 'utf8')) as Trl
const prompts = trl.batch.prompts.map((ids) => Int32Array.from(ids))
const rows = trl.batch.completions.map((ids, i) => joinTokens(prompts[i]!, Int32Array.from(ids)))
const batch = packSequences(rows)
const lengths = trl.batch.completions.map((ids) => ids.length)
const tokens = lengths.reduce((a, b) => a + b, 0)
const flat = (values: readonly ArrayLike<number>[]): Float32Array =>
  Float32Array.from(values.flatMap((row) => Array.from(row))) // [tokens]
const perToken = flat(lengths.map((length, i) => Array<number>(length).fill(trl.advantages[i]!)))

const plain: PolicyLoss = {
  kind: 'policy',
  advantages: perToken,
  oldLogprobs: flat(trl.batch.old),
  clipLow: 0.2,
  clipHigh: 0.28,
  temperature: 1,
  klCoef: 0,
  klEstimator: 'k3',
  normalizer: tokens,
}
const kl: PolicyLoss = { ...plain, referenceLogprobs: flat(trl.batch.reference), klCoef: 0.3 }

/** The loss of responses, as update.ratio = sequence has it. */
async function ofSequences(engine: NativeEngine): Promise<PolicyLoss> {
  const current = await engine.logprobs(batch, 'policy', 1)
  const members = rows.map((row, i) => ({
    ...row,
    advantages: new Float32Array(lengths[i]!).fill(trl.advantages[i]!),
    oldLogprobs: Float32Array.from(trl.batch.old[i]!),
    referenceLogprobs: null,
    importance: null,
    mask: null,
  }))
  const start = (i: number): number => lengths.slice(0, i).reduce((a, b) => a + b, 0)
  const now = lengths.map((length, i) => current.slice(start(i), start(i) + length))
  const { sequences, clippedTokens } = bySequenceRatio(members, now, { clipLow: 0.05, clipHigh: 0.08 })
  expect(clippedTokens).toBeGreaterThan(0)
  const { weight, normalizer } = lossWeights('sequence', lengths, 24)
  return {
    ...plain,
    advantages: flat(sequences.map(({ advantages }) => advantages)),
    oldLogprobs: current,
    weights: flat(lengths.map((length) => Array<number>(length).fill(weight(length)))),
    normalizer,
  }
}

describe('the losses of TRL', () => {
  let engine: NativeEngine
  beforeAll(async () => {
    const { config, weights } = await readCheckpoint(fileURLToPath(new URL('../../seeds/demo-model', import.meta.url)))
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

  const losses: Record<CaseName, () => PolicyLoss | Promise<PolicyLoss>> = {
    ppo: () => plain,
    cispo: () => ({ ...plain, surrogate: 'cispo', clipLow: 1, clipHigh: 0.2 }), // ratios up to 1.2
    gspo: () => ofSequences(engine),
    kl: () => ({ ...kl, klByRatio: false }),
    klByRatio: () => ({ ...kl, klByRatio: true }),
  }

  it.each(Object.keys(losses) as CaseName[])('%s: the loss, and the gradient of every parameter', async (name) => {
    const loss = await losses[name]()
    const { value, gradientNorms } = trl.cases[name]
    const stats = await engine.accumulate(batch, loss)
    // the loss of responses lacks that of clipped ones, which has no gradient
    if (name !== 'gspo') expect(stats.loss).toBeCloseTo(value, 5)
    if (name !== 'gspo') expect(stats.clippedTokens).toBeGreaterThan(0)
    const norms = await engine.gradientNorms()
    await engine.step(adamw({ lr: 0 })) // zeroes the gradients
    expect([...engine.info.tensorNames].sort()).toEqual(Object.keys(gradientNorms).sort())
    for (const [i, tensor] of engine.info.tensorNames.entries()) {
      expect(Math.abs(norms[i]! - gradientNorms[tensor]!) / gradientNorms[tensor]!).toBeLessThan(2e-4)
    }
  })

  it('differ from each other by much more', () => {
    const first = Object.keys(trl.cases.ppo.gradientNorms)[0]!
    const norms = Object.values(trl.cases).map(({ gradientNorms }) => gradientNorms[first]!)
    for (const [i, norm] of norms.entries()) {
      for (const other of norms.slice(i + 1)) expect(Math.abs(norm - other) / norm).toBeGreaterThan(2e-3)
    }
  })
})
