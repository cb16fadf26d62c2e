/** A way to find answers and to compare them. `A` is an answer as read, once per text. */
export interface AnswerKind<A> {
  /** The answer of a response; null when it has none. */
  extract(response: string): A | null
  /** The answer of a reference. */
  extractGold(gold: string): A | null
  /** Symmetric; `gaveUp` where it took too long and counts as unequal. */
  compare(a: A, b: A): { readonly equal: boolean; readonly gaveUp: boolean }
  /** The answer for people. */
  show(answer: A): string
  /** Answers with one key are equal without a comparison. */
  key(answer: A): string
}
