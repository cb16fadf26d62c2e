// The lines of a run's files that tell where its questions come from, and what became of them.
import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import { problemsText } from '../config/values-text.ts'
import { UserError } from '../errors.ts'
import { eachJsonLine } from '../jsonl.ts'
import { instructionsFile, metricsFile, rolloutsFile, rolloutsFolder, seedsFile, stepOf } from '../run/run-folder.ts'

const seed = z.object({ id: z.string(), text: z.string() })

const proposal = z.object({
  step: z.int(),
  id: z.string(),
  text: z.string(),
  kept: z.boolean(),
  reason: z.string().nullable(),
  examples: z.array(z.string()).optional(), // older runs have none
})

const answered = z.object({
  id: z.string(),
  source: z.enum(['seed', 'self']),
  verdict: z.string(),
  votes: z.tuple([z.number(), z.number()]).optional(), // older runs have none
})

const metrics = z.object({
  step: z.int(),
  'groups.trained': z.number().nullable().optional(),
  'groups.expired': z.number().nullable().optional(), // older runs have none
})

export type SeedLine = z.output<typeof seed>
export type ProposalLine = z.output<typeof proposal>
export type AnsweredLine = z.output<typeof answered>
export type MetricsLine = z.output<typeof metrics>

export const seedLines = (run: string): AsyncGenerator<SeedLine> => lines(seedsFile(run), seed)
export const proposalLines = (run: string): AsyncGenerator<ProposalLine> => lines(instructionsFile(run), proposal)
export const metricsLines = (run: string): AsyncGenerator<MetricsLine> => lines(metricsFile(run), metrics)

export const answeredLines = (run: string, step: number): AsyncGenerator<AnsweredLine> =>
  lines(rolloutsFile(run, step), answered)

/** The steps that answered any question. */
export async function rolloutSteps(run: string): Promise<number[]> {
  const names = await readdir(rolloutsFolder(run)).catch(() => [])
  return names.filter((name) => name.endsWith('.jsonl')).flatMap((name) => stepOf(name.replace(/\.jsonl$/, '')) ?? [])
}

/** One after the other; a last line that the run is still writing, or that a crash cut short, is left out. */
async function* lines<T>(file: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const { line, value } of eachJsonLine(file, { dropCut: true })) {
    const parsed = schema.safeParse(value)
    if (!parsed.success) {
      throw new UserError(`${file}:${line}: not a line that a run writes: ${problemsText(parsed.error, schema)}`)
    }
    yield parsed.data
  }
}
