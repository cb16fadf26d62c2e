import { UserError } from '../errors.ts'
import type { Vote } from '../rollout/group.ts'
import type { AnswerChecker, AnswerConfig } from './answer-checker.ts'
import { choiceKind } from './choice.ts'
import { exactKind } from './exact.ts'
import type { AnswerKind } from './kind.ts'
import { majorityVote } from './majority.ts'
import { mathKind } from './math.ts'
import { openModuleChecker } from './module/module-checker.ts'
import { numberKind } from './number.ts'

/** @throws UserError when the module of `kind: module` is missing or does not export what it must. */
export async function createAnswerChecker(config: AnswerConfig): Promise<AnswerChecker> {
  switch (config.kind) {
    case 'math':
      return checkerOf(mathKind)
    case 'choice':
      return checkerOf(choiceKind)
    case 'exact':
      return checkerOf(exactKind)
    case 'number':
      return checkerOf(numberKind(config.tolerance))
    case 'module':
      if (config.module === null) throw new UserError('answers of kind "module" need the path of a module')
      return openModuleChecker(config.module, config.timeLimitMs)
  }
}

/** A checker that runs in this thread: every comparison is bounded by construction. */
export function checkerOf<A>(kind: AnswerKind<A>): AnswerChecker {
  return {
    vote: async (responses) => voteOf(kind, responses.map(kind.extract)),
    againstGold: async (responses, gold) => {
      const answers = responses.map(kind.extract)
      const vote = await voteOf(kind, answers)
      const reference = kind.extractGold(gold)
      const compared = new Map<string, boolean>()
      let gaveUp = 0
      const isRight = (answer: A | null): boolean => {
        if (answer === null || reference === null) return false
        const key = kind.key(answer)
        const known = compared.get(key)
        if (known !== undefined) return known
        const comparison = kind.compare(reference, answer)
        if (comparison.gaveUp) gaveUp += 1
        compared.set(key, comparison.equal)
        return comparison.equal
      }
      const rewards = Float32Array.from(answers, (answer) => Number(isRight(answer))) // [n]
      return { ...vote, rewards, timeouts: vote.timeouts + gaveUp }
    },
    grade: async (gold, prediction) => {
      const [reference, answer] = [kind.extractGold(gold), kind.extract(prediction)]
      return {
        equal: reference !== null && answer !== null && kind.compare(reference, answer).equal,
        gold: reference === null ? null : kind.show(reference),
        prediction: answer === null ? null : kind.show(answer),
      }
    },
    close: async () => {},
  }
}

function voteOf<A>(kind: AnswerKind<A>, answers: readonly (A | null)[]): Promise<Vote> {
  let timeouts = 0
  return majorityVote({
    shown: answers.map((answer) => (answer === null ? null : kind.show(answer))),
    keys: answers.map((answer) => (answer === null ? null : kind.key(answer))),
    equal: (row, other) => {
      const [a, b] = [answers[row]!, answers[other]!]
      const comparison = kind.compare(a, b)
      if (comparison.gaveUp) timeouts += 1
      return comparison.equal
    },
    timeouts: () => timeouts,
  })
}
