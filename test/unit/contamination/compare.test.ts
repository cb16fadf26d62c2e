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
  ['a longer word of letters of two code units', ' in \u{10400}\u{10401}', ' in \u{10400}', false],
  ['a longer number of digits of two code units', ' is \u{1D7CF}\u{1D7D0}', ' is \u{1D7CF}', false],
  ['a mark on the last letter', ' the cafe\u0301', ' the cafe', false],
  ['a longer word after a mark', ' the cafe\u0301s', ' the cafe\u0301', false],
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
