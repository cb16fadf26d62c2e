import type { FilterConfig } from '../config/filter-config.ts'
import type { QuestionFilter } from './question-filter.ts'
import { createRougeIndex, foldedText, type Nearest, type RougeIndex } from './rouge.ts'
import { createRules, type Reason } from './rules.ts'

/** The filter's verdict on one proposal. */
export interface Verdict<T> {
  readonly proposal: T
  readonly accepted: boolean // "kept" in files
  readonly reason: Reason | null // null = accepted
  /** Highest ROUGE-L F to what was there before; null where a rule rejected the text first. */
  readonly rougeL: number | null
  /** The text with that score; null where nothing shares a word, or a rule rejected the text first. */
  readonly nearest: string | null
}

export interface FilterOptions {
  readonly config: FilterConfig
  /** Seeds and kept questions; not changed. */
  readonly known: RougeIndex
  /** Accepted, but not trained on yet: of this batch, and of earlier ones if given. Accepted texts are added. */
  readonly batch?: RougeIndex
  /** Texts answered before and not kept, folded: a copy is rejected, a similar text is not. */
  readonly asked?: ReadonlySet<string>
}

/**
 * Accepts or rejects proposals, in order: the rules first, then copies, then ROUGE-L against the seeds, the kept questions and
 * those accepted before in this batch.
 */
export function filterQuestions<T extends Proposed>(proposals: readonly T[], options: FilterOptions): Verdict<T>[] {
  const { batch = createRougeIndex() } = options
  const judge = judgeOf<T>({ ...options, batch })
  return proposals.map((proposal) => added(judge(proposal), batch))
}

/**
 * The same with a user's own filter. It is asked once, about those that pass by all that was there before; those that it
 * accepts are then compared with each other. What it rejects is not in the way of a later, similar one.
 * @param own null: none
 * @throws UserError where the module fails
 */
export async function filterWithModule<T extends Proposed>(
  proposals: readonly T[],
  options: FilterOptions,
  own: QuestionFilter | null,
): Promise<Verdict<T>[]> {
  if (own === null) return filterQuestions(proposals, options)
  const { batch = createRougeIndex() } = options
  const judge = judgeOf<T>({ ...options, batch })
  const before = proposals.map(judge)
  const passed = before.filter(({ accepted }) => accepted)
  const reasons = await own.judge(
    passed.map(({ proposal: { text }, rougeL, nearest }) => ({ text, rougeL: rougeL!, nearest })),
  )
  const rejections = new Map(passed.map((verdict, i) => [verdict, reasons[i] ?? null]))
  return before.map((verdict) => {
    if (!verdict.accepted) return verdict
    const reason = rejections.get(verdict) ?? null
    return reason === null ? added(judge(verdict.proposal), batch) : { ...verdict, accepted: false, reason }
  })
}

interface Proposed {
  readonly text: string
}

/** Judges one proposal by what is there, and adds nothing. */
function judgeOf<T extends Proposed>({ config, known, batch, asked }: FilterOptions & { readonly batch: RougeIndex }) {
  const rules = createRules(config)
  return (proposal: T): Verdict<T> => {
    const broken = rules(proposal.text)
    if (broken !== null) return { proposal, accepted: false, reason: broken, rougeL: null, nearest: null }
    const wasAsked = asked?.has(foldedText(proposal.text)) ? proposal.text : null
    const copy = known.same(proposal.text) ?? batch.same(proposal.text) ?? wasAsked
    if (copy !== null) return { proposal, accepted: false, reason: 'duplicate', rougeL: 1, nearest: copy }
    const { score: rougeL, text: nearest } = nearestOf(proposal.text, known, batch)
    const isSimilar = rougeL > config.rougeMax
    return { proposal, accepted: !isSimilar, reason: isSimilar ? 'similar' : null, rougeL, nearest }
  }
}

function added<T extends Proposed>(verdict: Verdict<T>, batch: RougeIndex): Verdict<T> {
  if (verdict.accepted) batch.add(verdict.proposal.text)
  return verdict
}

/** An index of these texts, to filter against. */
export function indexTexts(texts: readonly { readonly text: string }[]): RougeIndex {
  const index = createRougeIndex()
  for (const { text } of texts) index.add(text)
  return index
}

function nearestOf(text: string, known: RougeIndex, batch: RougeIndex): Nearest {
  const first = known.nearest(text)
  const second = batch.nearest(text, first.score)
  return second.text === null ? first : second
}
