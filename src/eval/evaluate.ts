// How a model is asked and graded: by `serl eval`, `serl compare` and the evaluations of training alike.

import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import type { NativeEngine, ProgressFn } from '../native/types.ts'
import type { Response } from '../rollout/group.ts'
import { rollOut } from '../rollout/rollout.ts'

/** How responses are drawn. */
export interface ResponseSampling {
  readonly samples: number // a question
  readonly temperature: number // 0 = greedy
  readonly topP: number // 1 = off
  readonly presencePenalty: number // 0 = off
  readonly maxNewTokens: number
  readonly stopTokens: Int32Array
  readonly stopTexts?: readonly string[] // default none
  readonly seeds: Uint32Array // [prompts * samples]
}

/**
 * The samples of every prompt, in one call: the engine batches them continuously.
 * @returns [prompts][samples]
 */
export async function respond(
  model: { engine: NativeEngine; tokenizer: Tokenizer },
  prompts: readonly Int32Array[],
  { samples, ...sampling }: ResponseSampling,
  onProgress?: ProgressFn,
): Promise<(readonly Response[])[]> {
  const prompted = prompts.map((promptTokens, i) => ({
    question: { id: `eval-${i}`, text: '', source: 'seed' as const },
    promptTokens,
  }))
  const params = { ...sampling, samplesPerPrompt: samples }
  const groups = await rollOut(model.engine, model.tokenizer, prompted, params, onProgress)
  return groups.map(({ responses }) => responses)
}

/** A response's answer, and whether it equals the known one. */
export interface ResponseGrade {
  readonly answer: string | null // null: none found
  readonly right: boolean
}

/**
 * Grades responses to one question. A response that the token limit cut off is right too where its text holds the answer,
 * as in common evaluations; it does not count in the vote of training.
 */
export async function gradeResponses(
  checker: AnswerChecker,
  known: string,
  texts: readonly string[],
): Promise<ResponseGrade[]> {
  const grades: ResponseGrade[] = []
  for (const text of texts) {
    const { equal, prediction } = await checker.grade(known, text)
    grades.push({ answer: prediction, right: equal })
  }
  return grades
}
