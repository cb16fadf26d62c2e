import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
const boxed = (text: string): string => `\\boxed{${text}}`

/** Sections "# topic" of lines "= answer ## answer" (equal) and "! answer ## answer" (different). */
const sections = readFileSync(new URL('../../fixtures/answers/quantities.txt', import.meta.url), 'utf8')
  .split(/^# /m)
  .slice(1)
  .map((section) => {
    const [topic, ...lines] = section.trimEnd().split('\n')
    const cases = lines.map((line) => {
      const [gold, prediction] = line.slice(2).split(' ## ') as [string, string]
      return { gold, prediction, equal: line[0] === '=' }
    })
    return { topic: topic!, cases }
  })

// as a reference without any mark and as a response, both ways
describe.each(sections)('$topic', ({ cases }) => {
  test.each(cases)('$gold ## $prediction: $equal', async ({ gold, prediction, equal }) => {
    for (const [a, b] of [
      [gold, prediction],
      [prediction, gold],
    ] as const) {
      expect((await checker.grade(a, boxed(b))).equal).toBe(equal)
      expect((await checker.grade(boxed(a), boxed(b))).equal).toBe(equal)
    }
  })
})

describe('quantities in running text', () => {
  test.each([
    ['90 minutes', 'It takes her 1 hour and 30 minutes.', true],
    ['30', 'It takes her 1 hour and 30 minutes.', false],
    ['30 minutes', 'It takes her 1 hour 30 minutes', false],
    ['5 ft 6 in', 'She is 5 feet 6 inches tall.', true],
    ['61 dollars per hour', 'The answer is 61 dollars per hour.', true],
    ['61 dollars per hour', 'The answer is 61 dollars per day.', false],
    ['14 boys and 31 girls', 'The answer is 31 boys and 14 girls.', false],
    ['14 boys and 31 girls', 'The answer is 31 girls and 14 boys.', true],
    ['x\n#### 14 boys and 31 girls', '#### 14 girls, 31 boys', false],
    ['4 red, 3 blue', '3 red, 4 blue', false],
    ['4 red, 3 blue', '4 red, 3 blue', true],
    ['48', 'The answer is 48 since 50 - 2 = 48.', true],
    ['49 dozen', 'The answer is 49 dozen.', true],
    ['0.333...', '\\boxed{0.333...}', true],
    ['1/3', 'The answer is 0.333...', true],
    ['-20%', 'The answer is 20% decrease.', false],
    ['20% increase', 'The answer is a 20% decrease.', false],
    ['20% increase', 'So it is a 20% decrease.', false],
    ['17', 'She has 17 apples left.', true],
    ['at least 5', 'The answer is at least 5.', true],
    ['5', 'The answer is at least 5.', false],
    ['9 am', 'The answer is 9 pm.', false],
    ['3 million', 'The answer is three million.', true],
    ['7', 'The answer is seven.', true],
    ['20 degrees Celsius', 'The answer is 20 degrees Fahrenheit.', false],
    ['Tuesday', 'The answer is Thursday.', false],
    ['500 BC', 'The answer is 500 AD.', false],
    ['5 (Alice)', 'The answer is 5 (Bob).', false],
    ['5 hundred', '5 thousand', false],
    ['The answer is at least 5', '5', false],
  ])('%j ## %j: %s', async (gold, response, equal) => {
    expect((await checker.grade(gold, response)).equal).toBe(equal)
  })
})
