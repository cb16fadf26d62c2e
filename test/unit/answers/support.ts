import type { AnswerChecker, AnswerConfig } from '../../../src/answers/answer-checker.ts'
import { createAnswerChecker } from '../../../src/answers/create-checker.ts'

/** A checker of the given kind, with harmless values for the other settings. */
export const checkerOf = (config: Partial<AnswerConfig> = {}): Promise<AnswerChecker> =>
  createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 500, ...config })
