// Every setting of a run: one group per stage of the step, one line of documentation per field, defaults as in the
// paper (arXiv 2505.20347) and its training script.
import { z } from 'zod'
import { nativeBounds } from '../native/bounds.ts'
import { evaluationSchema } from './evaluation-schema.ts'
import { guardSchema } from './guard-schema.ts'
import { panelSchema } from './panel-schema.ts'
import { filterSchema, instructSchema, seedsSchema } from './question-schema.ts'
import { difficultySchema, rewardSchema, rolloutSchema } from './response-schema.ts'
import { advantageSchema, klSchema, optimizerSchema, updateSchema } from './update-schema.ts'
import { bounded, count, path } from './value-schema.ts'

// a smaller cache holds no row of any model, a larger one is beyond any device
const cacheGiB = { least: 0.001, most: 65_536 }

const model = z.strictObject({
  path: path().nullable().default(null).describe('folder of the HuggingFace checkpoint to train'),
  device: z
    .string()
    .regex(/^(cpu|cuda(:\d+)?)$/, 'expected cpu, cuda or cuda:N')
    .default('cpu')
    .describe('where the model computes: cpu, cuda (the first GPU) or cuda:N'),
  dtype: z
    .enum(['auto', 'float32', 'bfloat16'])
    .default('auto')
    .describe('data type of the weights; auto = float32 on the CPU, bfloat16 on CUDA'),
  threads: bounded(nativeBounds.threads)
    .default(0)
    .describe('CPU threads that compute; 0 = all cores, or OMP_NUM_THREADS if that is set'),
  kvCacheGiB: bounded(cacheGiB)
    .nullable()
    .default(null)
    .describe(
      'upper bound of the key-value cache, in GiB; responses wait when it is full; null = chosen by the memory plan',
    ),
})

const checkpoint = z.strictObject({
  every: count().default(10).describe('training steps between checkpoints; there is also one after the last step'),
  final: z
    .enum(['best', 'last'])
    .default('best')
    .describe(
      'model in final/: best = with held-out questions, the best one by half of them, unless the last one is within 2 points of it; without, the last one; last = the last one. A guard with the action rollback takes the best one always',
    ),
  keep: count().default(2).describe('number of newest checkpoints that are kept, in addition to the best one'),
})

const train = z.strictObject({
  steps: count()
    .default(125)
    .describe('training steps per iteration; with the other defaults, the default gives 2000 optimizer steps'),
  iterations: count()
    .default(1)
    .describe('number of iterations of train.steps each; after each, the policy becomes the reference for KL'),
  instructions: z
    .int()
    .min(0)
    .default(0)
    .describe('number of questions trained on after which an iteration ends early; 0 = only train.steps ends it'),
  seed: z.int().min(0).max(0xffffffff).default(0).describe('seed of every random draw in the run'),
  maxEmptySteps: z
    .int()
    .min(0)
    .default(0)
    .describe('maximum training steps in a row that find no question worth training on; one more ends the run'),
})

export const configSchema = z.strictObject({
  model: model.prefault({}),
  seeds: seedsSchema.prefault({}),
  instruct: instructSchema.prefault({}),
  filter: filterSchema.prefault({}),
  rollout: rolloutSchema.prefault({}),
  reward: rewardSchema.prefault({}),
  difficulty: difficultySchema.prefault({}),
  advantage: advantageSchema.prefault({}),
  kl: klSchema.prefault({}),
  update: updateSchema.prefault({}),
  optimizer: optimizerSchema.prefault({}),
  eval: evaluationSchema.prefault({}),
  checkpoint: checkpoint.prefault({}),
  train: train.prefault({}),
  panel: panelSchema.prefault({}),
  guard: guardSchema.prefault({}),
})

/** A run's settings, checked and complete. */
export type Config = z.output<typeof configSchema>

/** Settings as written: any part may be left out. */
export type ConfigInput = z.input<typeof configSchema>

/** Dotted names of the settings that hold a path; relative ones are resolved against where they were written. */
export const pathKeys = [
  'model.path',
  'seeds.path',
  'eval.path',
  'rollout.examples',
  'panel.path',
  'instruct.module',
  'filter.module',
  'reward.module',
  'reward.scorer',
  'reward.mask',
] as const

/** Those that hold any text: on the command line it needs no quotes, whatever YAML makes of it. */
export const textKeys = [
  'instruct.system',
  'instruct.header',
  'rollout.prompt',
  'rollout.system',
  'rollout.suffix',
  'panel.view',
] as const
