import type { AnswerChecker } from '../../src/answers/answer-checker.ts'
import type { Vote } from '../../src/rollout/group.ts'

const answerOf = (text: string): string | null => /\d+/.exec(text)?.[0] ?? null

/** Answers are the first number of a text; equal means the same digits. */
export const fakeChecker: AnswerChecker = {
  vote: async (responses) => {
    const answers = responses.map(answerOf)
    const votes = new Map<string, number>()
    for (const answer of answers) if (answer !== null) votes.set(answer, (votes.get(answer) ?? 0) + 1)
    const [majority, share] = [...votes].reduce<[string | null, number]>((a, b) => (b[1] > a[1] ? b : a), [null, 0])
    return vote(answers, majority, share / Math.max(1, responses.length), votes.size)
  },
  againstGold: async (responses, gold) => {
    const answers = responses.map(answerOf)
    const right = answers.filter((answer) => answer === answerOf(gold)).length
    return vote(answers, answerOf(gold), right / Math.max(1, responses.length), new Set(answers).size)
  },
  grade: async (gold, prediction) => {
    const [a, b] = [answerOf(gold), answerOf(prediction)]
    return { equal: a !== null && a === b, gold: a, prediction: b, timedOut: false }
  },
  close: async () => {},
}

const vote = (
  answers: readonly (string | null)[],
  winner: string | null,
  majorityShare: number,
  classes: number,
): Vote => ({
  rewards: Float32Array.from(answers, (answer) => (answer !== null && answer === winner ? 1 : 0)),
  answers,
  majority: winner,
  majorityShare,
  votes: topTwo(answers),
  classes,
  answerless: answers.filter((answer) => answer === null).length,
  timeouts: 0,
})

const topTwo = (answers: readonly (string | null)[]): [number, number] => {
  const counts = new Map<string, number>()
  for (const answer of answers) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  const [top = 0, runnerUp = 0] = [...counts.values()].sort((a, b) => b - a)
  return [top, runnerUp]
}
