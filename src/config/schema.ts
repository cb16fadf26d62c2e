// Every setting of a run: one group per stage of the step, one line of documentation per field, defaults as in the
// paper (arXiv 2505.20347) and its training script.
import { z } from 'zod'
import { defaultFilterConfig as rules } from './filter-config.ts'
import { guardSchema as guard } from './guard-schema.ts'
import { defaultInstructConfig as paper } from './instruct-config.ts'

const positive = () => z.number().positive()
const count = () => z.int().min(1)
const share = () => z.number().min(0).max(1)
const path = () => z.string().min(1)

const model = z.strictObject({
  path: path().nullable().default(null).describe('folder of a HuggingFace checkpoint'),
  device: z
    .string()
    .regex(/^(cpu|cuda(:\d+)?)$/, 'expected cpu, cuda or cuda:N')
    .default('cpu')
    .describe('where to compute: cpu, cuda or cuda:N'),
  dtype: z
    .enum(['auto', 'float32', 'bfloat16'])
    .default('auto')
    .describe('of the weights; auto: float32 on the CPU, bfloat16 on CUDA'),
  threads: z.int().min(0).default(0).describe('CPU threads; 0 = all cores'),
  kvCacheGiB: positive()
    .nullable()
    .default(null)
    .describe('upper bound of the key-value cache; rows wait when it is full; null = as the memory plan has it'),
})

const seeds = z.strictObject({
  path: path().nullable().default(null).describe('seed questions, JSONL: {"problem"} and, for reward rule, "answer"'),
})

const instruct = z.strictObject({
  source: z
    .enum(['self', 'given'])
    .default('self')
    .describe('self: the model writes new questions from the seeds; given: the seed questions themselves'),
  examples: count().default(paper.examples).describe('questions shown in a prompt'),
  fromPool: z.int().min(0).default(paper.fromPool).describe('of these, from the questions kept so far'),
  promptsPerRound: count().default(paper.promptsPerRound).describe('prompts asked at a time'),
  samplesPerPrompt: count().default(paper.samplesPerPrompt).describe('continuations of each prompt'),
  temperature: positive().default(paper.temperature).describe('of sampling'),
  topP: positive().max(1).default(paper.topP).describe('of sampling; 1 = off'),
  presencePenalty: z.number().default(paper.presencePenalty).describe('of sampling; 0 = off'),
  maxNewTokens: count().default(paper.maxNewTokens).describe('new tokens a continuation'),
  system: z.string().default(paper.system).describe('who the model is and what it must do; for a chat template only'),
  header: z.string().default(paper.header).describe('the line above the numbered list'),
  template: z.enum(['auto', 'chat', 'none']).default(paper.template).describe('auto: chat where there is a template'),
  maxRounds: count().default(16).describe('times it asks for more before it goes on with what it has'),
  maxStaleness: z.int().min(0).default(8).describe('steps that left-over questions may wait before they are dropped'),
  poolLimit: z.int().min(0).default(0).describe('kept questions remembered, the newest; 0 = all'),
})

const filter = z.strictObject({
  rougeMax: share().default(rules.rougeMax).describe('largest ROUGE-L F to any seed, kept or fellow question'),
  minWords: z.int().min(0).default(rules.minWords).describe('fewest words of a question'),
  maxWords: count().default(rules.maxWords).describe('most words of a question'),
  blacklist: z
    .array(z.string())
    .default([...rules.blacklist])
    .describe('words and phrases that no question may have'),
})

const rollout = z.strictObject({
  promptsPerRound: count().default(16).describe('questions sampled at a time'),
  promptsPerStep: count().default(16).describe('questions inside the difficulty band that make a training step'),
  maxRounds: count().default(32).describe('rounds a step may take to fill promptsPerStep'),
  whenShort: z
    .enum(['train', 'stop'])
    .default('train')
    .describe('after maxRounds: train on fewer questions, or stop the run'),
  samplesPerPrompt: count().default(16).describe('responses a question'),
  temperature: positive().default(1).describe('of sampling, and of the log-probabilities trained on'),
  topP: positive().max(1).default(1).describe('of sampling; 1 = off'),
  maxNewTokens: count().default(1024).describe('new tokens a response'),
  maxPromptTokens: count().default(1024).describe('a longer question is left out'),
  template: z
    .enum(['auto', 'chat', 'none'])
    .default('none')
    .describe('chat: as a user message; none: the bare text, as the paper; auto: chat where there is a template'),
  suffix: z.string().default('').describe('put after every question, e.g. a request for a boxed answer'),
  maxStaleness: z.int().min(0).default(1).describe('steps that surplus groups may wait before they are dropped'),
})

const reward = z.strictObject({
  kind: z
    .enum(['majority', 'rule', 'module', 'random'])
    .default('majority')
    .describe(
      'majority: agree with the most frequent answer; rule: equal the known one; module: scorer; random: control',
    ),
  scorer: path().nullable().default(null).describe('for kind module: a JavaScript file exporting score(group)'),
  scorerLimitMs: count().default(60_000).describe('longest time for scoring one group; beyond it the run stops'),
  answers: z.enum(['math', 'choice', 'exact', 'number', 'module']).default('math').describe('how answers are compared'),
  tolerance: z.number().min(0).default(0).describe('relative difference still equal, for answers number'),
  module: path().nullable().default(null).describe('for answers module: a JavaScript file exporting extract and equal'),
  timeLimitMs: count().default(1000).describe('for comparing the answers of one text; then unequal'),
  unfinishedVotes: z.boolean().default(false).describe('whether a response cut off by maxNewTokens may vote'),
  clip: z.tuple([z.number(), z.number()]).default([-10, 10]).describe('range of the reward after the baseline'),
})

const difficulty = z.strictObject({
  low: z
    .number()
    .default(0.2)
    .describe('smallest mean reward of a question worth training on, on the scale of rewards'),
  high: z.number().default(0.8).describe('largest'),
})

const advantage = z.strictObject({
  estimator: z
    .enum(['reinforce++', 'reinforce++-baseline', 'rloo', 'grpo', 'dr_grpo'])
    .default('reinforce++')
    .describe('how rewards become advantages'),
  gamma: share().default(1).describe('discount a token'),
})

const kl = z.strictObject({
  coef: z.number().min(0).default(1e-4).describe('weight of the KL to the frozen reference; 0 = off'),
  place: z.enum(['reward', 'loss']).default('reward').describe('subtracted from the reward, or added to the loss'),
  estimator: z.enum(['k1', 'k2', 'k3']).default('k1').describe('of the KL from samples'),
  monitor: z.boolean().default(true).describe('keep the reference for kl.mean even when coef is 0'),
  target: positive()
    .nullable()
    .default(null)
    .describe('nats a token that coef is steered towards; null = coef is fixed'),
  horizon: count().default(10_000).describe('responses over which the steering acts'),
})

const update = z.strictObject({
  sequencesPerStep: count().default(16).describe('responses an optimizer step'),
  epochs: count().default(1).describe('passes over the responses of a training step'),
  clipLow: positive().max(1).default(0.2).describe('probability ratio floor: 1 - clipLow'),
  clipHigh: positive().default(0.2).describe('probability ratio ceiling: 1 + clipHigh'),
  oldLogprobs: z
    .enum(['auto', 'recompute', 'sampling'])
    .default('auto')
    .describe('recompute by the training path, or take those of sampling; auto: where a sample of them agrees'),
  lossMean: z
    .enum(['token', 'sequence', 'constant'])
    .default('token')
    .describe('of the token losses: over all tokens; over responses, each by its own mean; sum by maxNewTokens'),
  importance: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('correct for sampling and training log-probabilities that differ; auto: above importanceFrom'),
  importanceFrom: z.number().min(0).default(0.01).describe('mean difference in nats from which auto corrects'),
  importanceCap: positive().default(2).describe('largest weight of a token in the correction'),
  tokensPerMicroBatch: count()
    .nullable()
    .default(null)
    .describe('tokens computed at a time, a shared prompt counted once; null = as the memory plan has it'),
  checkpointing: z
    .boolean()
    .nullable()
    .default(null)
    .describe('keep only the inputs of layers and run them again in the backward; null = where memory is short'),
  shuffle: z
    .enum(['groups', 'sequences'])
    .default('sequences')
    .describe('what an epoch draws its order of: groups stay whole, and share the forward of their prompt'),
})

const optimizer = z.strictObject({
  lr: z.number().min(0).default(5e-7).describe('peak learning rate of AdamW'),
  beta1: share().default(0.9).describe('decay of the first moment'),
  beta2: share().default(0.95).describe('decay of the second moment'),
  eps: positive().default(1e-8).describe('added to the root of the second moment'),
  weightDecay: z.number().min(0).default(0).describe('decoupled'),
  maxGradNorm: z.number().min(0).default(1).describe('clips the global norm; 0 = off'),
  schedule: z.enum(['constant', 'linear', 'cosine']).default('cosine').describe('after the warm-up'),
  minLrRatio: share().default(0.1).describe('floor of linear and cosine, as a share of lr'),
  warmup: z.number().min(0).default(0.03).describe('below 1: share of all optimizer steps; from 1 on: that many'),
})

const evaluation = z.strictObject({
  path: path().nullable().default(null).describe('held-out questions with answers, JSONL; null = none but holdOut'),
  holdOut: z
    .int()
    .min(0)
    .default(0)
    .describe('seed questions with answers kept out of training and evaluated on, where path is null'),
  every: count().default(1).describe('steps between evaluations; also before the first and after the last'),
  limit: z.int().min(0).default(0).describe('only the first so many of path; 0 = all'),
  maxNewTokens: count().default(1024).describe('new tokens a response (greedy)'),
})

const checkpoint = z.strictObject({
  every: count().default(50).describe('steps between checkpoints; also after the last'),
  keep: count().default(3).describe('newest checkpoints kept'),
})

const train = z.strictObject({
  steps: count().default(125).describe('training steps of an iteration: 2000 optimizer steps at the defaults'),
  iterations: count().default(1).describe('after each, the reference for KL becomes the current policy'),
  instructions: z.int().min(0).default(0).describe('questions trained on that end an iteration early; 0 = steps alone'),
  seed: z.int().min(0).max(0xffffffff).default(0).describe('of every draw in the run'),
  maxEmptySteps: z.int().min(0).default(0).describe('steps in a row that may find no question worth training on'),
})

export const configSchema = z.strictObject({
  model: model.prefault({}),
  seeds: seeds.prefault({}),
  instruct: instruct.prefault({}),
  filter: filter.prefault({}),
  rollout: rollout.prefault({}),
  reward: reward.prefault({}),
  difficulty: difficulty.prefault({}),
  advantage: advantage.prefault({}),
  kl: kl.prefault({}),
  update: update.prefault({}),
  optimizer: optimizer.prefault({}),
  eval: evaluation.prefault({}),
  checkpoint: checkpoint.prefault({}),
  train: train.prefault({}),
  guard: guard.prefault({}),
})

/** A run's settings, checked and complete. */
export type Config = z.output<typeof configSchema>

/** Settings as written: any part may be left out. */
export type ConfigInput = z.input<typeof configSchema>

/** Dotted names of the settings that hold a path; relative ones are resolved against where they were written. */
export const pathKeys = ['model.path', 'seeds.path', 'eval.path', 'reward.module', 'reward.scorer'] as const
