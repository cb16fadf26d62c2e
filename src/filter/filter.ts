import type { FilterConfig } from '../config/filter-config.ts'
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
export function filterQuestions<T extends { readonly text: string }>(
  proposals: readonly T[],
  options: FilterOptions,
): Verdict<T>[] {
  const { config, known, batch = createRougeIndex(), asked } = options
  const rules = createRules(config)
  return proposals.map((proposal) => {
    const broken = rules(proposal.text)
    if (broken !== null) return { proposal, accepted: false, reason: broken, rougeL: null, nearest: null }
    const wasAsked = asked?.has(foldedText(proposal.text)) ? proposal.text : null
    const copy = known.same(proposal.text) ?? batch.same(proposal.text) ?? wasAsked
    if (copy !== null) return { proposal, accepted: false, reason: 'duplicate', rougeL: 1, nearest: copy }
    const { score: rougeL, text: nearest } = nearestOf(proposal.text, known, batch)
    if (rougeL > config.rougeMax) return { proposal, accepted: false, reason: 'similar', rougeL, nearest }
    batch.add(proposal.text)
    return { proposal, accepted: true, reason: null, rougeL, nearest }
  })
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
