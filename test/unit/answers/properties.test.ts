import { describe, expect, test } from 'vitest'
import { drawing } from '../../../scripts/fuzz-answers/draw.ts'
import { randomExpression, spell } from '../../../scripts/fuzz-answers/expressions.ts'
import { kinds } from '../../../scripts/fuzz-answers/quantities.ts'
import { structures } from '../../../scripts/fuzz-answers/structures.ts'
import { casesOf } from './cases.ts'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
const cases = casesOf()
const boxed = (text: string): string => `\\boxed{${text}}`

/** Answers in LaTeX: those of the tables that stand in dollars, and random ones. */
function answers(): string[] {
  const listed = cases.flatMap(({ gold, prediction }) => [gold, prediction])
  const inDollars = listed.filter((text) => /^\$[^$]+\$$/.test(text)).map((text) => text.slice(1, -1))
  const random = Array.from({ length: 300 }, (_, seed) => {
    const draw = drawing(seed)
    const structure = draw.pick(structures.filter(({ name }) => name !== 'boxed'))
    const parts = Array.from({ length: structure.size(draw) }, () => randomExpression(draw, structure.depth))
    return structure.write(
      parts.map((part) => spell(part, draw)),
      draw,
    )
  })
  return [...new Set([...inDollars, ...random])]
}

describe('equality of answers', () => {
  test('is reflexive', async () => {
    for (const answer of answers()) {
      expect((await checker.grade(boxed(answer), boxed(answer))).equal, answer).toBe(true)
    }
  })

  test('is symmetric', async () => {
    for (const { gold, prediction, equal } of cases) {
      const votes = await Promise.all([checker.vote([gold, prediction]), checker.vote([prediction, gold])])
      if (votes.some((vote) => vote.answerless > 0)) continue
      expect(votes[0].rewards[1] === 1, `${gold} ## ${prediction}`).toBe(votes[1].rewards[1] === 1)
      const swapped = await checker.grade(boxed(prediction.replaceAll('$', '')), boxed(gold.replaceAll('$', '')))
      const straight = await checker.grade(boxed(gold.replaceAll('$', '')), boxed(prediction.replaceAll('$', '')))
      expect(swapped.equal, `${gold} ## ${prediction} (${equal})`).toBe(straight.equal)
    }
  })

  test('ignores white space, outer dollars and a box', async () => {
    for (const answer of answers()) {
      const spaced = answer.replaceAll(/(?<=[-+=<>^{}(),]) ?/g, ' ').replaceAll('{ ', '{')
      for (const other of [
        `$${answer}$`,
        `$ ${answer} $`,
        `\\[ ${answer} \\]`,
        `\\(${answer}\\)`,
        `  ${boxed(answer)}\n\n`,
      ]) {
        expect((await checker.grade(boxed(answer), other)).equal, other).toBe(true)
      }
      if (!/[\d']|text/.test(answer)) {
        expect((await checker.grade(boxed(answer), boxed(spaced))).equal, spaced).toBe(true)
      }
    }
  })

  test('spelling an expression in another way keeps it equal', async () => {
    for (let seed = 0; seed < 400; seed += 1) {
      const draw = drawing(77_000 + seed)
      const expression = randomExpression(draw, 3)
      const [a, b] = [spell(expression, draw), spell(expression, draw)]
      expect((await checker.grade(`$${a}$`, `$${b}$`)).equal, `${a} ## ${b}`).toBe(true)
    }
  })
})

/** Answers that name what they count: no two are equal because one leaves something out. */
const NAMED = [
  '90 minutes',
  '1 hour 30 minutes',
  '1.5 hours',
  '1 hour 45 minutes',
  '2 hours',
  '120 min',
  '5 ft 6 in',
  '66 inches',
  '5.5 feet',
  '5 feet 7 inches',
  '\\$3.50',
  '3 dollars and 50 cents',
  '3 euros 50 cents',
  '4 boys and 3 girls',
  '3 girls, 4 boys',
  '3 boys and 4 girls',
  '3 million people',
  '3{,}000{,}000 people',
  '3 people',
  '3 dozen eggs',
  '36 eggs',
  '36 eggs per day',
  '252 eggs per week',
  '60 miles per hour',
  '60 mph',
  '60 miles',
  '20\\% increase',
  '20\\% decrease',
  'an increase of 20\\%',
  '\\$20 profit',
  'a loss of \\$20',
  '5 km north',
  '5 km south',
  '5000 m north',
  '20^\\circ\\text{C}',
  '20 degrees Celsius',
  '20°F',
  '9 am',
  '9:00 a.m.',
  '9 pm',
  '500 BC',
  '500 AD',
  '-5 degrees Celsius',
  '5 degrees Celsius below zero',
  'at least 5',
  '5 or more',
  'at most 5',
  '204_{five}',
  '204_5',
  '204 base six',
  'Tuesday',
  'Thursday',
]

describe('equality of quantities', () => {
  test.each(kinds)('$name: every spelling equals every other, and none of another answer', async (kind) => {
    for (let seed = 0; seed < 12; seed += 1) {
      const draw = drawing(500_000 + seed)
      const answer = kind.make(draw)
      const [same, changed] = [kind.spell(answer), kind.spell(kind.change(answer, draw))]
      const vote = await checker.vote([...same, ...changed, same[0]!].map(boxed))
      const expected = [...same.map(() => 1), ...changed.map(() => 0), 1]
      // the larger class wins, and each is whole
      const won = vote.rewards[0] === 1 ? expected : expected.map((reward) => 1 - reward)
      expect([...vote.rewards], `${same.join(' | ')} ## ${changed.join(' | ')}`).toEqual(won)
      expect(vote.classes).toBe(2)
    }
  })

  test('is symmetric, and transitive between answers that name what they count', async () => {
    const equal: boolean[][] = []
    for (const a of NAMED) {
      const row: boolean[] = []
      for (const b of NAMED) row.push((await checker.grade(boxed(a), boxed(b))).equal)
      equal.push(row)
    }
    for (const [i, row] of equal.entries()) {
      expect(row[i], NAMED[i]).toBe(true)
      for (const [j, isEqual] of row.entries()) {
        expect(isEqual, `${NAMED[i]} ## ${NAMED[j]}`).toBe(equal[j]![i]!)
        // equal answers are equal to the same others
        if (isEqual) expect(equal[j], `${NAMED[i]} ## ${NAMED[j]}`).toEqual(row)
      }
    }
  })

  test('a bare number equals the same number with one unit or noun, and no other', async () => {
    for (const behind of [
      'cm',
      'hours',
      'apples',
      'red marbles',
      'miles per hour',
      'feet tall',
      'dollars',
      '(Alice)',
    ]) {
      expect((await checker.grade('7', boxed(`7 ${behind}`))).equal, behind).toBe(true)
      expect((await checker.grade(`7 ${behind}`, boxed('7'))).equal, behind).toBe(true)
      expect((await checker.grade('7', boxed(`8 ${behind}`))).equal, behind).toBe(false)
    }
  })
})
