// Plain data that the stages of a step hand on.

/** A question, and where it came from. */
export interface Instruction {
  readonly id: string // unique in the run: "seed-12", "step3-7"
  readonly text: string
  readonly source: 'seed' | 'self'
  readonly answer?: string // the known answer of a seed question, for reward.kind rule
}

/** One sampled response. */
export interface Completion {
  readonly tokens: Int32Array // [T] new tokens only, a stop token included
  readonly logprobs: Float32Array // [T] at sampling
  readonly text: string // special tokens left out
  readonly finishReason: 'stop' | 'length' | 'cancelled'
}

/** A question with its samples, before any reward. */
export interface Group {
  readonly instruction: Instruction
  readonly promptTokens: Int32Array // [P]
  readonly completions: readonly Completion[] // [n]
}

/** What a reward made of a group: one value a completion, and how it got there. */
export interface Judgement {
  readonly rewards: Float32Array // [n]
  readonly answers: readonly (string | null)[] // [n] canonical text; null = no answer found
  readonly majority: string | null // the winning answer; null when nothing voted
  readonly majorityShare: number // votes for it / n; 0 when nothing voted
  readonly classes: number // distinct answers
  readonly answerless: number // completions without an answer
  readonly timeouts: number // comparisons given up, counted as unequal
}

/** A group with its rewards; kept groups wait in this form until a step trains on them. */
export interface JudgedGroup extends Group {
  readonly judgement: Judgement
  readonly step: number // the step whose policy sampled it
}
