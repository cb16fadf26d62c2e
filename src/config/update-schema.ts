import { z } from 'zod'
import { nativeBounds } from '../native/bounds.ts'
import { estimatorNames } from '../rl/advantage.ts'
import { klEstimatorNames } from '../rl/kl.ts'
import { bounded, count, mostAtOnce, positive, share } from './value-schema.ts'

// How rewards become an update of the weights.

export const advantageSchema = z.strictObject({
  estimator: z.enum(estimatorNames).default('reinforce++').describe('how the rewards of responses become advantages'),
  gamma: share().default(1).describe('discount of later rewards per token; 1 = none'),
})

export const klSchema = z.strictObject({
  coef: z.number().min(0).default(1e-4).describe('weight of the KL divergence from the frozen reference; 0 = off'),
  place: z
    .enum(['reward', 'loss'])
    .default('reward')
    .describe('where the KL divergence counts: reward = subtracted from the reward; loss = added to the loss'),
  estimator: z
    .enum(klEstimatorNames)
    .default('k1')
    .describe('how the KL divergence is estimated from samples: k1, k2 or k3 of Schulman 2020; in the reward only k1'),
  byRatio: z
    .boolean()
    .default(true)
    .describe(
      'whether KL in the loss is weighed by the probability ratio, so that its gradient is that of the KL divergence; false = as GRPO was published',
    ),
  monitor: z
    .boolean()
    .default(true)
    .describe('whether the frozen reference is kept for measuring kl.mean when kl.coef is 0'),
  target: positive()
    .nullable()
    .default(null)
    .describe(
      'target for the mean KL divergence, in nats per token, to which kl.coef is adjusted; null = kl.coef is fixed',
    ),
  horizon: count()
    .default(10_000)
    .describe('number of responses over which kl.coef is adjusted to reach kl.target; more = slower'),
})

export const updateSchema = z.strictObject({
  sequencesPerStep: count().default(16).describe('responses per optimizer step'),
  surrogate: z
    .enum(['ppo', 'cispo'])
    .default('ppo')
    .describe(
      'loss of a token: ppo = clipped, tokens outside the range are left out; cispo = the clipped ratio weighs the log-probability, no token is left out',
    ),
  ratio: z
    .enum(['token', 'sequence'])
    .default('token')
    .describe(
      'what the probability ratio is of: token = each token; sequence = the whole response, the geometric mean over its tokens, as GSPO; takes one more forward pass',
    ),
  entropyCoef: z
    .number()
    .min(0)
    .default(0)
    .describe('entropy bonus: this times the entropy of the next token is taken from the loss of every token; 0 = off'),
  epochs: count(mostAtOnce.epochs).default(1).describe('passes over the responses of a training step'),
  clipLow: positive()
    .max(1)
    .default(0.2)
    .describe('floor of the clipped probability ratio, below 1: 1 - update.clipLow'),
  clipHigh: positive().default(0.2).describe('ceiling of the clipped probability ratio, above 1: 1 + update.clipHigh'),
  oldLogprobs: z
    .enum(['auto', 'recompute', 'sampling'])
    .default('auto')
    .describe(
      'log-probabilities that the probability ratio divides by: recompute = by the training path; sampling = those of sampling; auto = those of sampling where up to 8 responses computed again agree to the last bit, as in float32 on the CPU, else recompute',
    ),
  lossMean: z
    .enum(['token', 'sequence', 'constant'])
    .default('token')
    .describe(
      'mean of the token losses: token = over all tokens; sequence = over responses, each by its own mean; constant = their sum divided by responses * rollout.maxNewTokens',
    ),
  importance: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'whether to correct for sampling and training log-probabilities that differ: always; never; auto = where they differ by more than update.importanceFrom',
    ),
  importanceFrom: z
    .number()
    .min(0)
    .default(0.01)
    .describe(
      'mean difference of sampling and training log-probabilities above which update.importance = auto corrects, in nats',
    ),
  importanceCap: positive().default(2).describe('largest weight of a token in the correction by update.importance'),
  tokensPerMicroBatch: count()
    .nullable()
    .default(null)
    .describe('maximum tokens per micro-batch, a shared prompt counted once; null = chosen by the memory plan'),
  checkpointing: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      'whether to keep only the inputs of layers and recompute the rest in the backward pass: slower, less memory; null = only if memory is short',
    ),
  shuffle: z
    .enum(['groups', 'sequences'])
    .default('sequences')
    .describe(
      'what an epoch puts in random order: sequences = single responses; groups = questions, whose responses stay together and share the forward pass of their prompt',
    ),
})

export const optimizerSchema = z.strictObject({
  lr: z.number().min(0).default(5e-7).describe('peak learning rate of AdamW'),
  beta1: bounded(nativeBounds.beta1).default(0.9).describe('decay of the first moment in AdamW, per optimizer step'),
  beta2: bounded(nativeBounds.beta2).default(0.95).describe('decay of the second moment in AdamW, per optimizer step'),
  eps: positive().default(1e-8).describe('added to the root of the second moment in AdamW'),
  weightDecay: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'weight decay of AdamW: each optimizer step scales every weight by 1 - learning rate * weightDecay; 0 = off',
    ),
  maxGradNorm: z
    .number()
    .min(0)
    .default(1)
    .describe('L2 norm of the whole gradient above which it is scaled down; 0 = no clipping'),
  schedule: z
    .enum(['constant', 'linear', 'cosine'])
    .default('cosine')
    .describe(
      'course of the learning rate after the warm-up: constant, or linear or cosine down to optimizer.minLrRatio',
    ),
  minLrRatio: share()
    .default(0.1)
    .describe('learning rate at the end of a linear or cosine schedule, as a share of optimizer.lr'),
  warmup: z
    .number()
    .min(0)
    .default(0.03)
    .describe(
      'optimizer steps in which the learning rate rises to its peak: below 1 = as a share of an iteration; from 1 on = their number',
    ),
})
