import type { AnswerChecker, AnswerConfig } from '../answers/answer-checker.ts'
import { createAnswerChecker } from '../answers/create-checker.ts'
import type { Config } from '../config/schema.ts'

/** How a config says answers are found and compared. */
export const answersOf = ({ reward }: Config): AnswerConfig => ({
  kind: reward.answers,
  tolerance: reward.tolerance,
  module: reward.module,
  timeLimitMs: reward.timeLimitMs,
})

/** The answer checker of a config. */
export const openAnswerChecker = (config: Config): Promise<AnswerChecker> => createAnswerChecker(answersOf(config))
