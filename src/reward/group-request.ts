import type { Group } from '../rollout/group.ts'

/** What a user's scoring or mask module gets of a question and its n responses. */
export interface GroupRequest {
  readonly question: string
  readonly responses: readonly string[] // [n] whole texts, those cut off included
  readonly answers: readonly (string | null)[] // [n] as found; null: none, or the response was cut off
  readonly gold: string | null // the known answer of a seed question
  readonly lengths: readonly number[] // [n] new tokens
  readonly cutOff: readonly boolean[] // [n] by the token limit
  readonly logprobs: readonly Float32Array[] // [n] of [length] of the tokens, at sampling, nats
}

/** @param answers [n] as the vote found them */
export const groupRequest = ({ question, responses }: Group, answers: readonly (string | null)[]): GroupRequest => ({
  question: question.text,
  responses: responses.map(({ text }) => text),
  answers,
  gold: question.answer ?? null,
  lengths: responses.map(({ tokens }) => tokens.length),
  cutOff: responses.map(({ finishReason }) => finishReason !== 'stop'),
  logprobs: responses.map(({ logprobs }) => logprobs),
})
