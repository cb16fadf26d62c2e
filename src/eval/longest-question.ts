import { UserError } from '../errors.ts'

/** How long a question may be. */
export interface QuestionRoom {
  readonly maxPositions: number // longest sequence of the model
  readonly maxNewTokens: number
  readonly setting: string // that gives maxNewTokens, for the message
}

/**
 * Tokens of the longest question of a set as it is asked; 0 where there is none.
 * @param source of the questions, for the message
 * @param promptTokens [P] tokens of a question
 * @throws UserError naming the first question that leaves no room for the new tokens
 */
export function longestQuestion(
  source: string,
  questions: readonly { readonly problem: string }[],
  promptTokens: (problem: string) => Int32Array,
  { maxPositions, maxNewTokens, setting }: QuestionRoom,
): number {
  let longest = 0
  for (const { problem } of questions) {
    const { length } = promptTokens(problem)
    if (length + maxNewTokens > maxPositions) {
      throw new UserError(
        `${source}: a held-out question has ${length} tokens, and with ${setting} = ${maxNewTokens} new ones it exceeds ` +
          `the model's ${maxPositions} positions: remove it, or lower ${setting}. It begins: ` +
          JSON.stringify(problem.slice(0, 80)),
      )
    }
    longest = Math.max(longest, length)
  }
  return longest
}
