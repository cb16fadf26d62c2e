import type { FilterConfig } from '../config/filter-config.ts'
import { UserError } from '../errors.ts'
import { requireNoInput, writeWhole } from '../files.ts'
import { stringifyJson } from '../json-integers.ts'
import { fieldsFound, readJsonl } from '../jsonl.ts'
import { questionNames, questionOf, readSeeds } from '../seeds/read-seeds.ts'
import { filterWithModule, indexTexts } from './filter.ts'
import type { QuestionFilter } from './question-filter.ts'
import { type ReasonKind, reasonKind } from './rules.ts'

export interface FilterFileOptions {
  /** JSONL, {"text"}, or the question under another name that readSeeds accepts, one per line. */
  readonly input: string
  /** Seed questions to compare with, as readSeeds takes them; null = none. */
  readonly seeds: string | null
  /** JSONL: each line of the input with "kept", "reason", "rougeL" and "nearest"; replaced if it exists. */
  readonly output: string
  readonly config: FilterConfig
  /** That of config.module, open; default none. */
  readonly own?: QuestionFilter | null
}

export interface FilterSummary {
  readonly read: number
  readonly kept: number // accepted; the name is that of `serl filter --json`
  readonly reasons: Readonly<Partial<Record<ReasonKind, number>>>
}

/**
 * Filters a file of questions as one round, in order, each against the seeds and those accepted before it. The output
 * appears whole or not at all.
 * @throws UserError naming file and line of what cannot be read, or an output that is also an input
 */
export async function filterFile(options: FilterFileOptions): Promise<FilterSummary> {
  const { input, seeds, output, config, own = null } = options
  await requireNoInput(
    output,
    [input, seeds, config.module].filter((path) => path !== null),
  )
  const known = indexTexts(seeds === null ? [] : await readSeeds(seeds))
  const proposals = (await readJsonl(input, { exactIntegers: true })).map(({ line, value }) => {
    const text = questionOf(value)
    if (text !== null) return { text, fields: value as object }
    throw new UserError(
      `${input}:${line}: expected a question, {"text": "..."} (or one of ${questionNames})${fieldsFound(value)}`,
    )
  })
  const verdicts = await filterWithModule(proposals, { config, known }, own)
  const lines = verdicts.map(({ proposal: { fields }, accepted, reason, rougeL, nearest }) =>
    stringifyJson({ ...fields, kept: accepted, reason, rougeL, nearest }),
  )
  await writeWhole(output, `${lines.join('\n')}\n`)

  const kinds = verdicts.flatMap(({ reason }) => (reason === null ? [] : [reasonKind(reason)]))
  const reasons: Partial<Record<ReasonKind, number>> = {}
  for (const kind of kinds) reasons[kind] = (reasons[kind] ?? 0) + 1
  return { read: verdicts.length, kept: verdicts.length - kinds.length, reasons }
}
