/** Which proposed questions are dropped. */
export interface FilterConfig {
  /** Largest ROUGE-L F to any seed, kept or fellow question; 1 = only copies are dropped. */
  readonly rougeMax: number
  readonly minWords: number
  readonly maxWords: number
  /** Words and phrases that must not occur, as whole words, in any case. */
  readonly blacklist: readonly string[]
}

/** The reference's thresholds (wantbook-book/SeRL, few-shot generation): more than 3 and at most 150 words. */
export const defaultFilterConfig: FilterConfig = {
  rougeMax: 0.7,
  minWords: 4,
  maxWords: 150,
  // a question about a picture cannot be answered without it
  blacklist: [
    ...['image', 'images', 'graph', 'graphs', 'picture', 'pictures', 'file', 'files', 'map', 'maps'],
    ...['draw', 'plot', 'go to'],
  ],
}
