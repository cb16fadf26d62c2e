import { expect, it } from 'vitest'
import { compareContinuation } from '../../../src/contamination/compare.ts'

it.each([
  ['the rest itself', ' dollars are left?', ' dollars are left?', true],
  ['other white space', 'dollars\nare  left?', ' dollars are left?', true],
  ['the rest, and an answer after it', ' dollars are left?\nThe answer is 4.', ' dollars are left?', true],
  ['the beginning of the rest', ' dollars are', ' dollars are left?', false],
  ['another word', ' dollars were left?', ' dollars are left?', false],
  ['another case', ' Dollars are left?', ' dollars are left?', false],
  ['a longer number', ' is 120', ' is 12', false],
  ['a longer word', ' the sums', ' the sum', false],
  ['a full stop after the last word', ' the sum.', ' the sum', true],
  ['nothing', '', ' the sum', false],
])('%s', (_, continuation, rest, exact) => {
  expect(compareContinuation(continuation, rest).exact).toBe(exact)
})

// rest of 4 words; the first 4 of the continuation are a b x d, the common subsequence a b d: 2 * 3 / (4 + 4)
it('measures ROUGE-L over as many words as the rest has', () => {
  expect(compareContinuation('a b x d c c c c', 'a b c d').rougeL).toBe(0.75)
  expect(compareContinuation('a b c d and more', 'A b, c d?').rougeL).toBe(1)
  // 2 * 2 / (2 + 4)
  expect(compareContinuation('c d', 'a b c d').rougeL).toBeCloseTo(2 / 3, 12)
  expect(compareContinuation('', 'a b c d').rougeL).toBe(0)
  expect(compareContinuation('苹果', '苹果').rougeL).toBeNull()
})
