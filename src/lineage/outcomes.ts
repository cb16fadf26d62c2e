/** What can become of a proposal, in the order of the report. */
export const outcomeNames = [
  'proposals', // every proposal
  'accepted', // by the filters
  'answered',
  'inBand', // answered, and inside the difficulty band
  'trained', // in the batch of a step
  'ambiguous', // answered, and the vote was split: undecided, or a tie of the two answers with most votes
  'leaking', // rejected: it brought its own answer
  'duplicates', // rejected: a copy
  'similar', // rejected: ROUGE-L above filter.rougeMax
] as const

export type OutcomeName = (typeof outcomeNames)[number]

/** Numbers of proposals by what became of them, or shares of such numbers; most proposals count in several. */
export type Outcomes = Readonly<Record<OutcomeName, number>>

/** Outcomes of many, by the place of their names: [outcomes] zeros. */
export const emptyCounts = (): Float64Array => new Float64Array(outcomeNames.length)

export const outcomesOf = (counts: ArrayLike<number>): Outcomes =>
  Object.fromEntries(outcomeNames.map((name, i) => [name, counts[i]!])) as Record<OutcomeName, number>
