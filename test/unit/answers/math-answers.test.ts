import { describe, expect, test } from 'vitest'
import { casesOf, TOPICS } from './cases.ts'
import { checkerOf } from './support.ts'

const checker = await checkerOf()

describe.each(TOPICS)('%s', (topic) => {
  test.each(casesOf(topic))('$gold ## $prediction: $equal', async ({ gold, prediction, equal }) => {
    const grade = await checker.grade(gold, prediction)
    expect(grade.equal).toBe(equal)
    expect(grade.gold).not.toBeNull()
    expect(grade.prediction).not.toBeNull()
  })
})
