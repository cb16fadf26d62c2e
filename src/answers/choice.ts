import { letterOf } from './extract/letter.ts'
import type { AnswerKind } from './kind.ts'

/** Multiple choice: a letter A to J, found as letterOf says. */
export const choiceKind: AnswerKind<string> = {
  extract: letterOf,
  extractGold: letterOf,
  compare: (a, b) => ({ equal: a === b, gaveUp: false }),
  show: (letter) => letter,
  key: (letter) => letter,
}
