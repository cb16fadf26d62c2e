import { expect, it } from 'vitest'
import { addCounts, closingLine, countDoctest, countVitest } from '../../../scripts/testing/count-tests.mjs'

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
})

it('sums up a vitest report', () => {
  const report = { testResults: [file('passed', 'passed', 'passed', 'skipped'), file('failed', 'failed', 'passed')] }
  expect(countVitest(report, false)).toEqual({ passed: 3, failed: 1, skipped: 1 })
})

it('counts a file that does not load, and a run that dies, as a failure', () => {
  expect(countVitest({ testResults: [file('failed'), file('passed', 'passed')] }, false)).toMatchObject({ failed: 1 })
  expect(countVitest(null, false)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  // an unhandled rejection: every test passed, vitest says 1
  expect(countVitest({ testResults: [file('passed', 'passed')] }, false)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

it('closes with one line', () => {
  const total = addCounts([
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 40, failed: 2, skipped: 0 },
  ])
  expect(closingLine(total)).toBe('41 passed, 2 failed')
  expect(closingLine({ ...total, skipped: 3 })).toBe('41 passed, 2 failed, 3 skipped')
})

it("reads doctest's closing line, and counts a run without one as a failure", () => {
  const line = (passed: number, failed: number) =>
    `[doctest] test cases:  ${passed + failed} |  ${passed} passed | ${failed} failed | 0 skipped\n`
  expect(countDoctest(line(30, 0), 0)).toEqual({ passed: 30, failed: 0, skipped: 0 })
  expect(countDoctest(line(28, 2), 1)).toEqual({ passed: 28, failed: 2, skipped: 0 })
  expect(countDoctest(line(30, 0), 1)).toMatchObject({ failed: 1 }) // a control that was not detected
  expect(countDoctest('the compiler stopped', 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countDoctest('', 0)).toMatchObject({ failed: 1 })
  expect(countDoctest('', 2)).toEqual({ passed: 0, failed: 0, skipped: 1 })
})
