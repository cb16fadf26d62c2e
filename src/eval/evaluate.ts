import { UserError } from '../errors.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import type { NativeEngine, ProgressFn } from '../native/types.ts'
import type { AnswerChecker } from '../reward/checker.ts'
import type { Completion } from '../rollout/group.ts'
import { type PromptFormat, promptTokens } from '../rollout/prompt.ts'
import { rollOut } from '../rollout/rollout.ts'
import type { HeldOutQuestion } from './held-out.ts'

export interface EvaluateParams {
  readonly format: PromptFormat
  readonly maxNewTokens: number
  readonly stopTokens: Int32Array
  readonly maxPositions: number // longest sequence of the model
}

export interface Evaluation {
  readonly accuracy: number // right / n
  readonly n: number
  readonly unfinished: number // responses cut off by maxNewTokens
  readonly responses: readonly Completion[] // [n]
  readonly correct: readonly boolean[] // [n]
}

/**
 * Greedy accuracy: one response a question, right when its answer equals the known one. A response that the token
 * limit cut off is right too where its text holds the answer, as in common evaluations; in the vote it is not heard.
 * @throws UserError if a question leaves no room for maxNewTokens
 */
export async function evaluate(
  tools: { engine: NativeEngine; tokenizer: Tokenizer; checker: AnswerChecker },
  questions: readonly HeldOutQuestion[],
  params: EvaluateParams,
  onProgress?: ProgressFn,
): Promise<Evaluation> {
  const prompted = questions.map((question, i) => ({
    instruction: { id: `heldout-${i}`, text: question.problem, source: 'seed' as const },
    promptTokens: promptTokens(tools.tokenizer, question.problem, params.format),
  }))
  const longest = params.maxPositions - params.maxNewTokens
  const long = prompted.find((prompt) => prompt.promptTokens.length > longest)
  if (long !== undefined) {
    throw new UserError(
      `a held-out question has ${long.promptTokens.length} tokens, and with ${params.maxNewTokens} new ones it passes ` +
        `the model's ${params.maxPositions} positions: leave it out, or lower eval.maxNewTokens. ` +
        `It begins: ${JSON.stringify(long.instruction.text.slice(0, 80))}`,
    )
  }
  const sampling = {
    samplesPerPrompt: 1,
    maxNewTokens: params.maxNewTokens,
    temperature: 0,
    topP: 1,
    presencePenalty: 0,
    stopTokens: params.stopTokens,
    seeds: new Uint32Array(questions.length), // greedy: unused
  }
  const groups = await rollOut(tools.engine, tools.tokenizer, prompted, sampling, onProgress)
  const responses = groups.map((group) => group.completions[0]!)
  const correct: boolean[] = []
  for (const [i, response] of responses.entries()) {
    correct.push((await tools.checker.grade(questions[i]!.answer, response.text)).equal)
  }
  return {
    accuracy: correct.filter(Boolean).length / questions.length,
    n: questions.length,
    unfinished: responses.filter((response) => response.finishReason === 'length').length,
    responses,
    correct,
  }
}
