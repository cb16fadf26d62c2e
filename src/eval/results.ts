// Results of an evaluation: the schema of the results file (docs/evaluation.md).
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { problemsText } from '../config/values-text.ts'
import { UserError } from '../errors.ts'
import { fileReason, isFileError } from '../file-errors.ts'

const share = () => z.number().min(0).max(1)
const interval = () => z.tuple([share(), share()])

const estimate = z.object({ value: share(), interval: interval() })

const part = z.object({ n: z.int(), accuracy: share(), interval: interval() })

const item = z.object({
  key: z.string(), // of the question and its answer as found: pairs two models' results
  id: z.string(),
  right: z.int(), // of its samples
})

const set = z.object({
  name: z.string(),
  title: z.string(),
  source: z.string(),
  answers: z.enum(['math', 'choice', 'exact', 'number', 'module']),
  n: z.int(), // questions
  samples: z.int(), // a question
  accuracy: share(), // mean over questions of the share of right samples: pass@1
  interval: interval(), // 95 %
  intervalMethod: z.enum(['wilson', 'wilson-effective', 'bootstrap']),
  passAt: z.record(z.string(), estimate), // by k; empty with one sample
  majorityAt: z.record(z.string(), estimate),
  meanTokens: z.number(), // new tokens per sample
  eosRate: share(), // samples that ended by themselves
  answerless: share(), // samples in which no answer was found
  by: z.record(z.string(), z.record(z.string(), part)), // level, subject, category
  items: z.array(item),
})

const settings = z.object({
  samples: z.int(),
  temperature: z.number(),
  topP: z.number(),
  presencePenalty: z.number(),
  maxNewTokens: z.int(),
  seed: z.int(),
  template: z.enum(['auto', 'chat', 'none']),
  suffix: z.string().nullable(), // null: the sets' own
  fewShot: z.int(),
  layout: z.string().default(''), // the text around a question, where there is some: JSON
})

export const resultsSchema = z.object({
  version: z.literal(1),
  model: z.object({ path: z.string(), fingerprint: z.string(), device: z.string(), dtype: z.string() }),
  settings,
  sets: z.array(set).min(1),
  average: share(), // of the sets' accuracies, with equal weights
})

export type Results = z.output<typeof resultsSchema>
export type SetResult = z.output<typeof set>
export type PartResult = z.output<typeof part>
export type EstimateAtK = z.output<typeof estimate>

/**
 * Reads the results file of an earlier evaluation.
 * @throws UserError if it is none
 */
export async function readResults(path: string): Promise<Results> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new UserError(
      `${path}: not the results of an evaluation (${isFileError(cause) ? fileReason(cause) : 'it is not JSON'})`,
      { cause },
    )
  }
  const parsed = resultsSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const firstProblem = new z.ZodError(parsed.error.issues.slice(0, 1))
  throw new UserError(
    `${path}: not the results that serl eval --output writes: ${problemsText(firstProblem, resultsSchema)}`,
  )
}
