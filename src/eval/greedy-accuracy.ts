import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import type { NativeEngine } from '../native/types.ts'
import type { PromptFormat } from '../rollout/prompt.ts'
import { askQuestions } from './ask-questions.ts'
import { gradeResponses } from './evaluate.ts'
import type { HeldOutQuestion } from './read-held-out.ts'

/** How questions are answered greedily. */
export interface GreedyAsking {
  readonly format: PromptFormat
  readonly maxNewTokens: number // every question must leave room for them: see longestQuestion
  readonly stopTokens: Int32Array
  readonly stopTexts?: readonly string[] // default none
}

/**
 * Greedy accuracy: one response per question, right if its answer equals the known one.
 * @param questions at least one
 * @returns the share of right ones
 */
export async function greedyAccuracy(
  { engine, tokenizer, checker }: { engine: NativeEngine; tokenizer: Tokenizer; checker: AnswerChecker },
  questions: readonly HeldOutQuestion[],
  { format, stopTexts = [], ...asked }: GreedyAsking,
): Promise<number> {
  const greedy = { samples: 1, temperature: 0, seed: 0, signal: new AbortController().signal }
  const asking = { ...asked, ...greedy, stopTexts, format: { ...format, fewShot: [] } }
  const answered = await askQuestions({ engine, tokenizer }, questions, asking, () => {})
  let right = 0
  for (const [i, responses] of answered.entries()) {
    const texts = responses.map(({ text }) => text)
    const [grade] = await gradeResponses(checker, questions[i]!.answer, texts)
    right += Number(grade!.right)
  }
  return right / questions.length
}
