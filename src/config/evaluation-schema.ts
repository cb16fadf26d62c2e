import { z } from 'zod'
import { count, path, temperature } from './value-schema.ts'

// Evaluation during training: held-out questions, and any number of further sets.

// maj@k is counted in double precision up to here
const samples = () => z.int().min(0).max(512).default(0)

const limit = () => z.int().min(0).default(0)

/** A further set, with all its parts. */
export const furtherSetSchema = z.strictObject({
  path: path().describe('JSONL file of questions with answers; the file name of a known set means that set'),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, ".", "-" and "_" only')
    .nullable()
    .default(null)
    .describe('name in evaluations.jsonl and in what the run prints; null = that of the file'),
  limit: limit().describe('maximum number of questions used, from the first line on; 0 = all'),
  samples: samples().describe(
    'responses sampled for each question, for avg@k, maj@k and pass@k; 0 = one greedy response',
  ),
  temperature: temperature()
    .nullable()
    .default(null)
    .describe('sampling temperature of these responses; null = eval.temperature'),
  every: count().nullable().default(null).describe('training steps between evaluations on this set; null = eval.every'),
  answers: z
    .enum(['math', 'choice', 'exact', 'number'])
    .nullable()
    .default(null)
    .describe('kind of the known answers; null = that of a known set, otherwise reward.answers'),
})

/** Sets as they may be written: one or a list of them, each as a file or with its parts. */
export function listedSets(written: unknown): unknown {
  if (written === null) return []
  return [written].flat(1).map((one) => (typeof one === 'string' ? { path: one } : one))
}

type WrittenSet = string | z.input<typeof furtherSetSchema>

export const evaluationSchema = z.strictObject({
  path: path()
    .nullable()
    .default(null)
    .describe('JSONL file of held-out questions with answers; null = none, except for those of eval.holdOut'),
  holdOut: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'number of seed questions with answers that are held out of training and used for evaluation if eval.path is null; 0 = none',
    ),
  every: count()
    .default(1)
    .describe('training steps between evaluations; there is also one before the first step and one after the last'),
  limit: limit().describe('maximum number of questions used from eval.path, from its first line on; 0 = all'),
  maxNewTokens: count().default(1024).describe('maximum new tokens per response in an evaluation'),
  samples: samples().describe(
    'responses sampled for each held-out question besides the greedy one, for avg@k, maj@k and pass@k; 0 = none',
  ),
  temperature: temperature().default(1).describe('sampling temperature of the responses of eval.samples and of sets'),
  sets: z
    .transform((written: WrittenSet | readonly WrittenSet[] | null) => listedSets(written))
    .pipe(z.array(furtherSetSchema))
    .prefault([])
    .describe('further sets that are evaluated and never choose a model: a file, a set, or a list of both'),
})

/** A further set, as the settings name it. */
export type NamedSet = z.output<typeof furtherSetSchema>
