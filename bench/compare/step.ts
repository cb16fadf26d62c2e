import { resolveConfig } from '../../src/config/resolve.ts'
import type { Config } from '../../src/config/schema.ts'
import type { NativeEngine } from '../../src/native/types.ts'
import { rowSeeds } from '../../src/random.ts'
import { buildTrainBatch } from '../../src/rl/train-batch.ts'
import { updatePolicy } from '../../src/rl/update.ts'
import type { RewardedGroup } from '../../src/rollout/group.ts'
import { packTokens } from '../../src/rollout/pack.ts'

export interface StepShape {
  readonly samples: number // per prompt
  readonly newTokens: number // per sample, exactly
  readonly step: number // from 1
}

/**
 * One GRPO step by the functions that `serl train` trains with: sample, log-probabilities of the frozen reference,
 * gradients, AdamW, as TRL's GRPOTrainer does with beta > 0. Old log-probabilities are those of sampling: with one
 * optimizer step per batch neither side recomputes them. Every other sample gets reward 1.
 */
export async function grpoStep(
  engine: NativeEngine,
  prompts: readonly Int32Array[],
  config: Config,
  shape: StepShape,
): Promise<void> {
  const groups = await sample(engine, prompts, shape)
  const minibatches = [groups.flatMap((group) => group.responses).map((_, i) => i)]
  const plan = { step: shape.step, klCoef: config.kl.coef, minibatches }
  const { sequences } = await buildTrainBatch(engine, groups, config, plan)
  const progress = { optimizerStep: shape.step - 1, trainingStep: shape.step - 1, klCoef: config.kl.coef, minibatches }
  await updatePolicy(engine, sequences, config, progress)
}

/** The settings of a GRPO step. */
export function grpoConfig(prompts: number, { samples, newTokens }: Omit<StepShape, 'step'>): Config {
  const values = {
    'rollout.promptsPerRound': prompts,
    'rollout.promptsPerStep': prompts,
    'rollout.maxPromptTokens': 256,
    'rollout.samplesPerPrompt': samples,
    'rollout.maxNewTokens': newTokens,
    'advantage.estimator': 'grpo',
    'kl.place': 'loss',
    'kl.estimator': 'k3',
    'kl.coef': 1e-3,
    'update.oldLogprobs': 'sampling',
    'update.sequencesPerStep': prompts * samples,
    'optimizer.lr': 1e-6,
  }
  return resolveConfig(Object.entries(values).map(([key, value]) => ({ key, value, origin: 'bench' })))
}

async function sample(
  engine: NativeEngine,
  prompts: readonly Int32Array[],
  { samples, newTokens, step }: StepShape,
): Promise<RewardedGroup[]> {
  const completions = await engine.generate(packTokens(prompts), {
    samplesPerPrompt: samples,
    maxNewTokens: newTokens,
    temperature: 1,
    topP: 1,
    presencePenalty: 0,
    stopTokens: new Int32Array(0),
    seeds: rowSeeds(0, 'bench', step, prompts.length * samples),
  })
  return prompts.map((promptTokens, prompt) => ({
    question: { id: `prompt-${prompt}`, text: '', source: 'seed' },
    promptTokens,
    responses: Array.from({ length: samples }, (_, i) => {
      const row = prompt * samples + i
      const [from, to] = [completions.offsets[row]!, completions.offsets[row + 1]!]
      const [tokens, logprobs] = [completions.tokens.slice(from, to), completions.logprobs.slice(from, to)]
      return { tokens, logprobs, text: '', finishReason: 'length' }
    }),
    vote: {
      rewards: Float32Array.from({ length: samples }, (_, i) => i % 2), // [samples]
      answers: Array(samples).fill(null),
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
