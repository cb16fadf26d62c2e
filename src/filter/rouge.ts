// ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3.1) as google's rouge_score
// computes it without stemming: F1 of the longest common subsequence of two token lists.

import { lcsMatcher } from './lcs.ts'

/** Tokens of rouge_score's default tokenizer: runs of a-z and 0-9 in the lower-cased text. */
export function rougeTokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? []
}

/** ROUGE-L F of two texts, in [0, 1]; 0 where either has no token. */
export function rougeL(a: string, b: string): number {
  const ids = new Map<string, number>()
  const idsOf = (text: string) =>
    Int32Array.from(rougeTokens(text), (token) => {
      if (!ids.has(token)) ids.set(token, ids.size)
      return ids.get(token)!
    })
  const left = idsOf(a)
  const right = idsOf(b)
  // 2 P R / (P + R) with P = lcs / m and R = lcs / n
  return left.length + right.length === 0 ? 0 : (2 * lcsMatcher(left)(right)) / (left.length + right.length)
}

export interface Nearest {
  readonly score: number // ROUGE-L F in [0, 1]
  readonly text: string | null // the first of the most similar texts; null where none is above the limit
}

/** Texts to compare with. */
export interface RougeIndex {
  readonly size: number
  add(text: string): void
  /** Is the same text in it, ignoring case and white space? Returns the text that was added. */
  same(text: string): string | null
  /**
   * The most similar text, if its score is above `above` (default 0): exact, although most texts are skipped.
   * Time grows with the texts that share words with this one.
   */
  nearest(text: string, above?: number): Nearest
  /**
   * Calls `found` with the place, from 0, of every text whose score is above `above`, in the order in which they were
   * added.
   * @param isSkipped asked before a text's score is computed: true leaves it out
   */
  eachNear(text: string, above: number, found: (place: number) => void, isSkipped?: (place: number) => boolean): void
}

/**
 * An empty index. Every text is stored as its tokens and indexed by its terms; a term is a token and how many of
 * the same came before it. The number of shared terms is the overlap of the two token multisets, which bounds the
 * subsequence from above. Candidates are tried in the order of that bound, until it falls to the best score found.
 */
export function createRougeIndex(): RougeIndex {
  const texts: string[] = []
  const sameAs = new Map<string, string>()
  const terms = createTerms()
  const postings: number[][] = [] // [term] -> texts that have it, ascending
  const tokensOf: Int32Array[] = [] // [texts][tokens]
  let overlaps = new Uint32Array(1024) // [texts or more] zero between calls
  /** Adds up, in `overlaps`, the terms that each text shares with this one; returns this one's tokens. */
  const countOverlaps = (text: string): Int32Array => {
    const { tokens, termIds } = terms.of(text, false)
    for (const term of termIds) {
      if (term < 0) continue
      const list = postings[term]!
      for (let i = 0; i < list.length; i++) overlaps[list[i]!]!++
    }
    return tokens
  }

  return {
    get size() {
      return texts.length
    },
    add(text) {
      const { tokens, termIds } = terms.of(text, true)
      for (const term of termIds) {
        if (term === postings.length) postings.push([texts.length])
        else postings[term]!.push(texts.length)
      }
      const folded = foldedText(text)
      if (!sameAs.has(folded)) sameAs.set(folded, text)
      texts.push(text)
      tokensOf.push(tokens)
      if (texts.length > overlaps.length) overlaps = new Uint32Array(2 * overlaps.length)
    },
    same: (text) => sameAs.get(foldedText(text)) ?? null,
    nearest(text, above = 0) {
      const best = bestMatch(countOverlaps(text), tokensOf, overlaps, above)
      overlaps.fill(0, 0, texts.length)
      return best.index < 0 ? { score: 0, text: null } : { score: best.score, text: texts[best.index]! }
    },
    eachNear(text, above, found, isSkipped = () => false) {
      const ids = countOverlaps(text) // [m]
      const lcs = lcsMatcher(ids)
      for (let place = 0; place < texts.length; place++) {
        if (overlaps[place] === 0) continue
        const total = ids.length + tokensOf[place]!.length
        if ((2 * overlaps[place]!) / total <= above || isSkipped(place)) continue
        if ((2 * lcs(tokensOf[place]!)) / total > above) found(place)
      }
      overlaps.fill(0, 0, texts.length)
    },
  }
}

/** Numbers for tokens, and for terms: the first "apples" of a text is one term, its second another. */
function createTerms() {
  const tokenIds = new Map<string, number>()
  const firstTerms: number[] = [] // [token] its term at the first occurrence
  const laterTerms = new Map<number, number>() // token and occurrence -> term
  let counts = new Uint32Array(1024) // [tokens or more] zero between calls
  let termCount = 0

  return {
    /** Unknown tokens and terms are given numbers if `learn`, else -1. */
    of(text: string, learn: boolean): { tokens: Int32Array; termIds: Int32Array } {
      const words = rougeTokens(text)
      const tokens = new Int32Array(words.length) // [words]
      const termIds = new Int32Array(words.length) // [words]
      for (let i = 0; i < words.length; i++) {
        let token = tokenIds.get(words[i]!) ?? -1
        if (token < 0 && learn) {
          token = tokenIds.size
          tokenIds.set(words[i]!, token)
          firstTerms.push(termCount++)
          if (token === counts.length) counts = grown(counts)
        }
        tokens[i] = token
        termIds[i] = token < 0 ? -1 : firstTerms[token]!
        if (token < 0) continue
        const occurrence = counts[token]!++
        if (occurrence === 0) continue
        const key = token * 2 ** 26 + occurrence
        const term = laterTerms.get(key)
        termIds[i] = term ?? (learn ? termCount++ : -1)
        if (term === undefined && learn) laterTerms.set(key, termIds[i]!)
      }
      for (const token of tokens) if (token >= 0) counts[token] = 0
      return { tokens, termIds }
    },
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * array.length)
  larger.set(array)
  return larger
}

const bucketCount = 256

/** The text with the highest score above `above`; of equals the first. */
function bestMatch(
  ids: Int32Array, // [m] the candidate's tokens; -1 = in no text
  tokensOf: readonly Int32Array[], // [texts][n]
  overlaps: Uint32Array, // [texts or more] shared terms
  above: number,
): { index: number; score: number } {
  const m = ids.length
  const buckets = new Array<number[] | undefined>(bucketCount + 1).fill(undefined)
  for (let text = 0; text < tokensOf.length; text++) {
    const overlap = overlaps[text]!
    if (overlap === 0) continue
    const bound = (2 * overlap) / (m + tokensOf[text]!.length)
    if (bound <= above) continue
    const bucket = Math.floor(bound * bucketCount)
    const started = buckets[bucket]
    if (started) started.push(text)
    else buckets[bucket] = [text]
  }
  const lcs = lcsMatcher(ids)
  let best = { index: -1, score: above }
  for (let bucket = bucketCount; bucket >= 0; bucket--) {
    if ((bucket + 1) / bucketCount < best.score) break
    for (const text of buckets[bucket] ?? []) {
      const total = m + tokensOf[text]!.length
      const bound = (2 * overlaps[text]!) / total
      if (bound < best.score || (bound === best.score && text > best.index)) continue
      const score = (2 * lcs(tokensOf[text]!)) / total
      const earlier = score === best.score && best.index > text
      if (score > best.score || earlier) best = { index: text, score }
    }
  }
  return best
}

/** What two texts that count as the same have in common. */
export function foldedText(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim()
}
