import type { FilterConfig } from '../config/filter-config.ts'
import { UserError } from '../errors.ts'
import { requireNoInput, writeWhole } from '../files.ts'
import { fieldsFound, readJsonl } from '../jsonl.ts'
import { questionNames, questionOf, readSeeds } from '../seeds/read-seeds.ts'
import { filterQuestions, indexTexts } from './filter.ts'
import type { Reason } from './rules.ts'

export interface FilterFileOptions {
  /** JSONL, {"text"}, or the question under another name that readSeeds accepts, one per line. */
  readonly input: string
  /** Seed questions to compare with, as readSeeds takes them; null = none. */
  readonly seeds: string | null
  /** JSONL: each line of the input with "kept", "reason", "rougeL" and "nearest"; replaced if it exists. */
  readonly output: string
  readonly config: FilterConfig
}

export interface FilterSummary {
  readonly read: number
  readonly kept: number // accepted; the name is that of `serl filter --json`
  readonly reasons: Readonly<Partial<Record<Reason, number>>>
}

/**
 * Filters a file of questions, in order, each against the seeds and those accepted before it. The output appears whole or
 * not at all.
 * @throws UserError naming file and line of what cannot be read, or an output that is also an input
 */
export async function filterFile(options: FilterFileOptions): Promise<FilterSummary> {
  const { input, seeds, output, config } = options
  await requireNoInput(output, seeds === null ? [input] : [input, seeds])
  const known = indexTexts(seeds === null ? [] : await readSeeds(seeds))
  const proposals = (await readJsonl(input)).map(({ line, value }) => {
    const text = questionOf(value)
    if (text !== null) return { text, fields: value as object }
    throw new UserError(
      `${input}:${line}: expected a question, {"text": "..."} (or one of ${questionNames})${fieldsFound(value)}`,
    )
  })
  const verdicts = filterQuestions(proposals, { config, known })
  const lines = verdicts.map(({ proposal: { fields }, accepted, reason, rougeL, nearest }) =>
    JSON.stringify({ ...fields, kept: accepted, reason, rougeL, nearest }),
  )
  await writeWhole(output, `${lines.join('\n')}\n`)

  const reasons: Partial<Record<Reason, number>> = {}
  for (const { reason } of verdicts) if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1
  return { read: verdicts.length, kept: verdicts.filter((verdict) => verdict.accepted).length, reasons }
}
