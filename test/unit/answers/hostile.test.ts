import { describe, expect, test } from 'vitest'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
const LIMIT_MS = 1000

const numbers = (count: number, item: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(', ')
const nested = (depth: number, core: string, wrap: (inner: string) => string): string => {
  let text = core
  for (let i = 0; i < depth; i += 1) text = wrap(text)
  return text
}
const noise = (alphabet: string, length: number): string =>
  Array.from({ length }, (_, i) => alphabet[(i * 7919 + (i >> 3)) % alphabet.length]).join('')
const PRINTABLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('')
const column = (count: number, cell: string): string => `${`${cell} & `.repeat(count - 1)}${cell} \\\\`

/** Two different texts each, named by what makes them hostile. */
const HOSTILE: Readonly<Record<string, readonly [string, string]>> = {
  'tower of powers': ['$9^{9^{9^{9^9}}}$', '$9^{9^{9^{9^9}}}+1$'],
  'large powers': ['$2^{32000}$', '$2^{32001}$'],
  'quotient of large powers': ['$((2^{1000})^{30}+1)/3^{19000}$', '$((2^{1000})^{30}+1)/3^{19001}$'],
  'large polynomial': ['$(x+y+z)^{30000}$', '$(x+y+z)^{30001}$'],
  'factorial of a million': ['$1000000!$', '$1000001!$'],
  'many factorials': [`$${numbers(400, (i) => `${2000 + i}!`).replaceAll(',', '+')}$`, '$1$'],
  'factorials of factorials': [`$5${'!'.repeat(2000)}$`, '1'],
  'long sum': ['$\\sum_{a=1}^{1000000000} a^2$', '$\\sum_{a=1}^{1000000000} a$'],
  'sums in sums': ['$\\sum_{a=1}^{1000}\\sum_{b=1}^{1000}\\sum_{c=1}^{1000} a b c$', '5'],
  binomials: ['$\\binom{5000}{2500}$', '$\\binom{5000}{2501}$'],
  'nested parentheses': [`${'('.repeat(3000)}x${')'.repeat(3000)}`, '$x$'],
  'open parentheses': [`$${'('.repeat(3000)}x$`, '$x$'],
  'nested braces': [`$${'{'.repeat(3000)}x${'}'.repeat(3000)}$`, '$x$'],
  'open boxes': ['\\boxed{'.repeat(2000), '5'],
  'boxes in boxes': [`${'\\boxed{'.repeat(2000)}5${'}'.repeat(2000)}`, '6'],
  'many boxes': ['\\boxed{5} and '.repeat(3000), '6'],
  'noise of 60 kB': [noise(PRINTABLE, 60_000), '5'],
  'noise of notation': [`$${noise('\\{}$^_()[]|,;:=<>+-*/!', 60_000)}$`, '5'],
  'blanks round a marker': [`${' '.repeat(60_000)}answer${' '.repeat(60_000)}5`, '6'],
  'many markers': ['the answer is '.repeat(5000), '5'],
  'many dollars': ['$'.repeat(60_000), '5'],
  'dollars and blanks': ['$ '.repeat(30_000), '5'],
  'long numbers': ['9'.repeat(60_000), `${'9'.repeat(59_999)}8`],
  'long decimals': [`0.${'1'.repeat(4000)}`, `0.${'1'.repeat(4001)}`],
  'wide exponents': ['1e999999', '1e-99999'],
  'many commas': ['1,'.repeat(30_000), '5'],
  'list of 400': [`$${numbers(400, String)}$`, `$${numbers(400, (i) => String(400 - i))}$`],
  'list of 400 roots': [
    `$${numbers(400, (i) => `\\sqrt{${i}}+x`)}$`,
    `$${numbers(400, (i) => `x+\\sqrt{${400 - i}}`)}$`,
  ],
  'list of 400 pairs': [`$${numbers(400, (i) => `(${i},x)`)}$`, `$${numbers(400, (i) => `(${400 - i},x)`)}$`],
  'list of plus-minus': [`$${numbers(300, (i) => `\\pm ${i}`)}$`, `$${numbers(300, (i) => `\\pm ${i + 1}`)}$`],
  'sets in sets': [`$${'\\{'.repeat(150)}1${'\\}'.repeat(150)}$`, '$2$'],
  'deep fractions': [`$${nested(400, 'x', (inner) => `\\frac{1}{1+${inner}}`)}$`, '$x$'],
  'readable fractions': [`$${nested(60, 'x', (inner) => `\\frac{1}{1+${inner}}`)}$`, '$x$'],
  'fractions of numbers': [`$${nested(60, '7/3', (inner) => `\\frac{1}{1+${inner}}`)}$`, '$0.618$'],
  'deep roots': [`$${nested(1500, '2', (inner) => `\\sqrt{${inner}}`)}$`, '$1$'],
  'functions of functions': [`$${'\\sin '.repeat(3000)}x$`, '$x$'],
  'calls of calls': [`$${'f('.repeat(100)}x${')'.repeat(100)}$`, '$f(x)$'],
  'powers without braces': [`$x${'^2'.repeat(3000)}$`, '$x$'],
  'powers of powers': [`$${'x^{'.repeat(900)}2${'}'.repeat(900)}$`, '$x$'],
  subscripts: [`$x${'_{a'.repeat(500)}${'}'.repeat(500)}$`, '$x$'],
  bars: [`$${'|'.repeat(6000)}x$`, '$x$'],
  'absolute values': [`$${'|x|'.repeat(2000)}$`, '$x$'],
  'long product': [`$${'(x+1)'.repeat(1500)}$`, '$(x+1)^{1501}$'],
  'many signs': [`$${'-'.repeat(10_001)}5$`, '$5$'],
  primes: [`$f${"'".repeat(5000)}(x)$`, '5'],
  'percents of percents': [`$5${'\\%'.repeat(3000)}$`, '6'],
  'power of a matrix': [`$\\begin{pmatrix}${column(20, '1').repeat(20)}\\end{pmatrix}^8$`, '$1$'],
  'product of matrices': [`$${'\\begin{pmatrix} 1&2&3\\\\4&5&6\\\\7&8&x\\end{pmatrix}^8'.repeat(30)}$`, '$1$'],
  determinant: [`$\\begin{vmatrix}${column(5, 'x').repeat(5)}\\end{vmatrix}$`, '$1$'],
  'open environments': ['\\begin{'.repeat(3000), '\\begin{a}'.repeat(3000)],
  'long ratio': [`$${'1:'.repeat(3000)}1$`, '$2$'],
  'long union': [`$${'(0,1)\\cup '.repeat(800)}(0,1)$`, '$(0,2)$'],
  'long chain': [`$${'x<'.repeat(2000)}x$`, '$x<y$'],
  'many equations': [`$${'x='.repeat(3000)}1$`, '$2$'],
  'letters without end': [`${'a'.repeat(30_000)}!`, '\\text{'.repeat(5000)],
  'slashes and blanks': ['\\qquad '.repeat(8000), '1 / '.repeat(9000)],
  'marker and brackets': [`answer is ${'('.repeat(19_000)}`, '5'],
  superscripts: ['²'.repeat(20_000), `${'√'.repeat(20_000)}2`],
  'thoughts without end': ['<think>'.repeat(9000), '</think> '.repeat(9000)],
  'thoughts and more': ['<think>a</think>b'.repeat(4000), `${'<think'.repeat(9000)} 5`],
  'answers about answers': ['answer to the '.repeat(5000), 'the answer is 5, answer: '.repeat(3000)],
  'open elements': ['<answer>'.repeat(8000), '<answer>5</answer>'.repeat(4000).replace('5', '7')],
  hashes: ['#### '.repeat(8000), '#'.repeat(60_000)],
  'formulas in prose': [`${'\\frac{1}{2} '.repeat(5000)}`, `${'\\frac{'.repeat(5000)} 5`],
  'braces in prose': [`\\frac${'{'.repeat(20_000)}`, `${'\\sqrt{2} and '.repeat(4000)}7`],
  'solutions without end': ['x = 2 or '.repeat(6000), `the roots are ${'2, '.repeat(9000)} and 3`],
  'quantities without end': ['5 feet 6 inches '.repeat(4000), '1 hour and 30 minutes and '.repeat(3000)],
  'open intervals': [`x in ${'(2, '.repeat(9000)}3`, `${'3, '.repeat(9000)}4${')'.repeat(2000)}`],
  'grouped digits': ['123 456 '.repeat(5000), '120\\,000'.repeat(5000)],
  'Chinese prose': ['所以一共有12个苹果，'.repeat(3000), '答案是'.repeat(10_000)],
  'raised letters': [`2${'⁻¹'.repeat(10_000)}`, `${'³√'.repeat(10_000)}8`],
  'full width': ['（'.repeat(20_000), '５，'.repeat(10_000)],
  'half days': ['9:30 a.m. '.repeat(5000), 'a.m.'.repeat(9000)],
  'meanings without end': [`\\boxed{5${' pounds cents penny'.repeat(500)}}`, '\\boxed{5 cents}'],
  'numbers in words': ['five hundred and '.repeat(1200), '6'],
  'pairs of numbers and nouns': [`\\boxed{${'5 apples 3 pears '.repeat(1000)}}`, '7'],
  'pairs of numbers and units': [`The answer is ${'1 hour and '.repeat(1500)}30 minutes`, '6'],
  'remarks in remarks': [`\\boxed{${'3 (eight '.repeat(1500)}${')'.repeat(1500)}}`, '7'],
  'repeating decimals': [`\\boxed{0.${'12'.repeat(3000)}...}`, '1'],
  'fractions over fractions': [`$${'a \\over '.repeat(2500)}b$`, '2'],
  'intervals in intervals': [`$${'[1,'.repeat(2900)}$`, '2'],
  'feet and inches': ['5\'6"'.repeat(4000), '7'],
  'units without end': [`5 ${'\\text{ cm}'.repeat(3000)}`, '6'],
}

describe.each(['choice', 'exact', 'number'] as const)('hostile texts as %s', (kind) => {
  test.each(Object.entries(HOSTILE))('%s', async (_, texts) => {
    const other = await checkerOf({ kind })
    const start = performance.now()
    for (const text of texts) await other.grade('5', text)
    expect(performance.now() - start).toBeLessThan(2 * LIMIT_MS)
  })
})

describe('hostile texts', () => {
  test.each(Object.entries(HOSTILE))('%s', async (_, [a, b]) => {
    for (const [gold, prediction] of [
      [a, b],
      [b, a],
    ] as const) {
      const start = performance.now()
      const { equal } = await checker.grade(gold, prediction)
      expect(performance.now() - start).toBeLessThan(LIMIT_MS)
      expect(equal).toBe(false)
    }
    const start = performance.now()
    const vote = await checker.vote([a, b, a, `${b} 1`, '\\boxed{17}'])
    expect(performance.now() - start).toBeLessThan(LIMIT_MS)
    expect(vote.rewards).toHaveLength(5)
  })
})
