// Plain data passed between the stages of a step.

/** A question, and where it came from. */
export interface Question {
  readonly id: string // unique in the run: "seed-12", "step3-7"
  readonly text: string
  readonly source: 'seed' | 'self'
  readonly answer?: string // the known answer of a seed question
  readonly examples?: readonly string[] // ids of the examples of its prompt, where their yields are counted
}

/** One sampled response. */
export interface Response {
  readonly tokens: Int32Array // [T] new tokens only, a stop token included
  readonly logprobs: Float32Array // [T] at sampling
  readonly text: string // special tokens left out
  readonly finishReason: 'stop' | 'length' | 'cancelled'
}

/** A question with its responses, before any reward. */
export interface Group {
  readonly question: Question
  readonly promptTokens: Int32Array // [P]
  readonly responses: readonly Response[] // [n]
  readonly frozen?: FrozenVote // the base model's, where reward.kind = frozen-vote
}

/** The vote of the frozen base model on a question. */
export interface FrozenVote {
  readonly majority: string | null // null when nothing voted
  readonly votes: readonly [top: number, runnerUp: number]
  readonly voters: number // its responses that might vote
}

/** The vote on a group's answers, and the rewards by reward.kind: one per response. */
export interface Vote {
  readonly rewards: Float32Array // [n]
  readonly answers: readonly (string | null)[] // [n] canonical text; null = no answer found
  readonly majority: string | null // the winning answer; null when nothing voted
  readonly majorityShare: number // votes for it / responses that may vote; 0 when nothing voted
  readonly votes: readonly [top: number, runnerUp: number] // for the majority, and for the answer with most votes beside it
  readonly classes: number // distinct answers
  readonly answerless: number // responses without an answer, cut-off ones included
  readonly timeouts: number // comparisons given up, counted as unequal
  readonly isDropped?: boolean // by the user's scoring or mask module: not trained on; default false
}

/** What of a response is trained on: all of it; nothing; or [T] 1 where a token is, with a 1 and a 0 in it. */
export type ResponseMask = boolean | Uint8Array

/** A group with its rewards; kept groups wait in this form until a step trains on them. */
export interface RewardedGroup extends Group {
  readonly vote: Vote
  readonly masks: readonly ResponseMask[] | null // [n] from reward.mask; null: all of every response
  readonly right: Float32Array | null // [n] 1: equals the question's known answer; null: none is known
  readonly step: number // the step whose policy sampled it
}
