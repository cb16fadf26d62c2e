// Updates on a fake engine with random weights, and what they call.
import type { Config } from '../../../src/config/schema.ts'
import type { NativeEngine, OptimizerParams, PolicyLoss } from '../../../src/native/types.ts'
import { createRandom } from '../../../src/random.ts'
import { planMinibatches } from '../../../src/rl/minibatches.ts'
import { buildTrainBatch } from '../../../src/rl/train-batch.ts'
import { updatePolicy } from '../../../src/rl/update.ts'
import type { RewardedGroup } from '../../../src/rollout/group.ts'
import { packSequences } from '../../../src/rollout/pack.ts'
import { openFakeEngine } from '../../support/fake-engine.ts'
import { fakeConfig } from '../../support/fake-run.ts'

const vocabSize = 16

export function randomEngine(): Promise<NativeEngine> {
  const random = createRandom(['update-test'])
  const table = Float32Array.from({ length: vocabSize ** 2 }, () => 2 * random.float() - 1) // [V, V]
  return openFakeEngine({ table, reference: true })
}

/** Three groups of four responses; rewards 1 0 0 0. */
export async function rewardedGroups(engine: NativeEngine, step: number): Promise<RewardedGroup[]> {
  const random = createRandom(['groups'])
  const groups: RewardedGroup[] = []
  for (let g = 0; g < 3; g++) {
    const promptTokens = Int32Array.from({ length: 2 }, () => random.below(vocabSize))
    const responses = []
    for (let i = 0; i < 4; i++) {
      const tokens = Int32Array.from({ length: 1 + random.below(5) }, () => random.below(vocabSize))
      const sequence = { tokens: Int32Array.from([...promptTokens, ...tokens]), promptLength: 2 }
      const logprobs = await engine.logprobs(packSequences([sequence]), 'policy', 1)
      responses.push({ tokens, logprobs, text: '', finishReason: 'stop' as const })
    }
    const vote = {
      rewards: Float32Array.of(1, 0, 0, 0),
      answers: ['1', '2', '3', '4'],
      majority: '1',
      majorityShare: 0.25,
      votes: [1, 0] as const,
      classes: 4,
      answerless: 0,
      timeouts: 0,
    }
    groups.push({
      question: { id: `q${g}`, text: '', source: 'self' },
      masks: null,
      right: null,
      promptTokens,
      responses,
      vote,
      step,
    })
  }
  return groups
}

export const config = (over: Readonly<Record<string, unknown>>): Config =>
  fakeConfig('/nowhere', { 'update.sequencesPerStep': 12, 'optimizer.lr': 0.01, 'kl.coef': 0.1, ...over })

/** Of 12 sequences. */
export const minibatches = (settings: Config): number[][] =>
  planMinibatches([4, 4, 4], settings.update, createRandom(['order']))
export const at = (settings: Config) => ({ step: 1, klCoef: settings.kl.coef, minibatches: minibatches(settings) })
export const start = (settings: Config) => ({ ...at(settings), optimizerStep: 0, trainingStep: 0 })

/** Calls that an engine got. */
export function recording(engine: NativeEngine) {
  const losses: PolicyLoss[] = []
  const steps: (OptimizerParams & { tokens: number })[] = [] // action tokens accumulated for it
  let tokens = 0
  const recorded: NativeEngine = {
    ...engine,
    accumulate: (batch, loss) => {
      losses.push(loss as PolicyLoss)
      tokens += (loss as PolicyLoss).advantages.length
      return engine.accumulate(batch, loss)
    },
    step: (params) => {
      steps.push({ ...params, tokens })
      tokens = 0
      return engine.step(params)
    },
  }
  return { engine: recorded, losses, steps }
}

export async function update(engine: NativeEngine, settings: Config, sampledAt = 1) {
  const groups = await rewardedGroups(engine, sampledAt)
  const batch = await buildTrainBatch(engine, groups, settings, at(settings))
  return { batch, stats: await updatePolicy(engine, batch.sequences, settings, start(settings)) }
}
