// How a model is asked and graded: by `serl eval`, `serl compare` and the evaluations of training alike.

import type { AnswerChecker } from '../answers/answer-checker.ts'
import { UserError } from '../errors.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import type { NativeEngine, ProgressFn } from '../native/types.ts'
import type { Response } from '../rollout/group.ts'
import type { PromptFormat } from '../rollout/prompt.ts'
import { rollOut } from '../rollout/rollout.ts'
import { evalPrompt } from './prompt.ts'
import type { HeldOutQuestion } from './read-held-out.ts'

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

export interface EvaluateParams {
  readonly format: PromptFormat
  readonly maxNewTokens: number
  readonly stopTokens: Int32Array
  readonly stopTexts?: readonly string[] // default none
  readonly maxPositions: number // longest sequence of the model
}

export interface Evaluation {
  readonly accuracy: number // right / n
  readonly n: number
  readonly unfinished: number // responses cut off by maxNewTokens
  readonly responses: readonly Response[] // [n]
  readonly correct: readonly boolean[] // [n]
}

/**
 * Greedy accuracy: one response per question, right if its answer equals the known one.
 * @throws UserError if a question leaves no room for maxNewTokens
 */
export async function evaluate(
  tools: { engine: NativeEngine; tokenizer: Tokenizer; checker: AnswerChecker },
  questions: readonly HeldOutQuestion[],
  params: EvaluateParams,
  onProgress?: ProgressFn,
): Promise<Evaluation> {
  const format = { ...params.format, fewShot: [] }
  const prompts = questions.map(({ problem }) => evalPrompt(tools.tokenizer, problem, format))
  requireFit(prompts, questions, params)
  const sampling = {
    samples: 1,
    maxNewTokens: params.maxNewTokens,
    stopTokens: params.stopTokens,
    stopTexts: params.stopTexts ?? [],
    temperature: 0,
    topP: 1,
    presencePenalty: 0,
    seeds: new Uint32Array(questions.length), // greedy: unused
  }
  const responses = (await respond(tools, prompts, sampling, onProgress)).map(([response]) => response!)
  const correct: boolean[] = []
  for (const [i, { text }] of responses.entries()) {
    const [grade] = await gradeResponses(tools.checker, questions[i]!.answer, [text])
    correct.push(grade!.right)
  }
  return {
    accuracy: correct.filter(Boolean).length / questions.length,
    n: questions.length,
    unfinished: responses.filter((response) => response.finishReason === 'length').length,
    responses,
    correct,
  }
}

function requireFit(
  prompts: readonly Int32Array[],
  questions: readonly HeldOutQuestion[],
  { maxPositions, maxNewTokens }: EvaluateParams,
): void {
  const long = prompts.findIndex((tokens) => tokens.length > maxPositions - maxNewTokens)
  if (long < 0) return
  throw new UserError(
    `a held-out question has ${prompts[long]!.length} tokens, and with ${maxNewTokens} new ones it exceeds ` +
      `the model's ${maxPositions} positions: remove it, or lower eval.maxNewTokens. ` +
      `It begins: ${JSON.stringify(questions[long]!.problem.slice(0, 80))}`,
  )
}
