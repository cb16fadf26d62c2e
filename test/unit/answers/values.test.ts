import { describe, expect, test } from 'vitest'
import { parse } from '../../../src/answers/notation/parse.ts'
import { PLAIN_READING } from '../../../src/answers/notation/token.ts'
import { exactRoot, integerPower, rational, toNumber } from '../../../src/answers/rational.ts'
import { newBudget } from '../../../src/answers/value/budget.ts'
import { compareLeaves, exactOfLeaf, type Leaf, leafOf, realOf } from '../../../src/answers/value/leaf.ts'
import values from '../../fixtures/answers/values.json' with { type: 'json' }

function leaf(text: string): Leaf {
  const parsed = parse(text, PLAIN_READING)
  if (parsed === null) throw new Error(`cannot read ${text}`)
  return leafOf(parsed.node, newBudget())
}

// expected numbers by mpmath: scripts/fuzz-answers/expected-values.py
describe('values of expressions', () => {
  test.each(values)('$text', ({ text, re, im }) => {
    const [value] = realOf(leaf(text))
    const scale = Math.max(Math.hypot(re, im), 1)
    expect(Math.abs(value!.re - re)).toBeLessThan(1e-13 * scale)
    expect(Math.abs(value!.im - im)).toBeLessThan(1e-13 * scale)
    // the bound on the rounding error holds, and is not far off
    expect(Math.hypot(value!.re - re, value!.im - im)).toBeLessThanOrEqual(value!.error + 1e-16 * scale)
    expect(value!.error).toBeLessThan(1e-12 * scale)
  })
})

describe('exact values', () => {
  test.each([
    ['\\frac{1}{3}+\\frac{1}{6}', '1/2'],
    ['\\left(\\frac{2}{3}\\right)^{-3}', '27/8'],
    ['\\sqrt{\\frac{49}{121}}', '7/11'],
    ['8^{2/3}', '4/1'],
    ['\\frac{2004!}{2003!}', '2004/1'],
    ['\\binom{100}{98}', '4950/1'],
    ['\\sum_{k=1}^{100} k^3', '25502500/1'],
    ['0.125', '1/8'],
    ['0.1\\overline{36}', '3/22'],
    ['12\\%', '3/25'],
    ['\\gcd(84, 36) + \\text{lcm}(4, 6)', null],
    ['17 \\bmod 5', '2/1'],
    ['\\sqrt{2}', null],
    ['9^{9^{9}}', null],
    ['\\frac{1}{0}', null],
  ])('%s = %s', (text, expected) => {
    const value = parse(text, PLAIN_READING) === null ? null : exactOfLeaf(leaf(text))[0]!
    expect(value === null ? null : `${value.n}/${value.d}`).toBe(expected)
  })

  test('roots and powers of large numbers', () => {
    expect(exactRoot({ n: 12345678901234567890n ** 2n, d: 1n }, 2)).toEqual({ n: 12345678901234567890n, d: 1n })
    expect(exactRoot({ n: 12345678901234567890n ** 2n + 1n, d: 1n }, 2)).toBeNull()
    expect(exactRoot({ n: -27n, d: 8n }, 3)).toEqual({ n: -3n, d: 2n })
    expect(integerPower({ n: 2n, d: 1n }, 40_000n)).toBeNull()
    expect(rational(1n, 0n)).toBeNull()
    expect(toNumber({ n: 3n * 10n ** 400n, d: 4n * 10n ** 400n })).toBe(0.75)
  })
})

describe('comparison', () => {
  test('is exact where values are rational', () => {
    expect(compareLeaves(leaf('10^{15}'), leaf('10^{15}+1'))).toBe('unequal')
    expect(compareLeaves(leaf('10^{15}x'), leaf('(10^{15}+1)x'))).toBe('unequal')
  })

  test('does not decide by digits lost to rounding', () => {
    expect(compareLeaves(leaf('10^{16}+\\sqrt{2}-10^{16}'), leaf('\\sqrt{3}'))).not.toBe('equal')
  })

  test('returns unknown when it cannot tell', () => {
    expect(compareLeaves(leaf('9^{9^{9^{9}}}'), leaf('9^{9^{9^{9}}}+1'))).toBe('unknown')
  })
})
