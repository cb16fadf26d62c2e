import { describe, expect, test } from 'vitest'
import { drawing } from '../../../scripts/fuzz-answers/draw.ts'
import { randomExpression, spell } from '../../../scripts/fuzz-answers/expressions.ts'
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
