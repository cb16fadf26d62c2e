import { describe, expect, test } from 'vitest'
import { quantityCases } from './quantity-cases.ts'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
const boxed = (text: string): string => `\\boxed{${text}}`

// as a reference without any mark and as a response, both ways
describe.each(quantityCases)('$topic', ({ cases }) => {
  test.each(cases)('$gold ## $prediction: $equal', async ({ gold, prediction, equal }) => {
    expect((await checker.grade(gold, boxed(prediction))).equal).toBe(equal)
    expect((await checker.grade(prediction, boxed(gold))).equal).toBe(equal)
    expect((await checker.grade(boxed(gold), boxed(prediction))).equal).toBe(equal)
    expect((await checker.grade(boxed(prediction), boxed(gold))).equal).toBe(equal)
  })
})
