import type { Config } from '../config/schema.ts'
import { type AnswerChecker, createAnswerChecker } from '../reward/checker.ts'

/** The answer checker that a config asks for. */
export const openAnswerChecker = ({ reward }: Config): Promise<AnswerChecker> =>
  createAnswerChecker({
    kind: reward.answers,
    tolerance: reward.tolerance,
    module: reward.module,
    timeLimitMs: reward.timeLimitMs,
  })
