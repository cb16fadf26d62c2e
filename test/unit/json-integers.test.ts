import { describe, expect, it } from 'vitest'
import { parseJson, stringifyJson } from '../../src/json-integers.ts'

describe('parseJson', () => {
  it.each([
    ['12345678901234567890', 12345678901234567890n],
    ['-9007199254740993', -9007199254740993n],
    ['9007199254740991', 9007199254740991],
    [
      '{"a":[1,12345678901234567891],"b":{"c":10000000000000000000000}}',
      { a: [1, 12345678901234567891n], b: { c: 10n ** 22n } },
    ],
    ['{"12345678901234567890":"12345678901234567890"}', { '12345678901234567890': '12345678901234567890' }],
    [
      '{"a":"\\"12345678901234567890","b":"\\\\","c":12345678901234567890}',
      { a: '"12345678901234567890', b: '\\', c: 12345678901234567890n },
    ],
    [
      '[0.1234567890123456789, 1234567890123456784.5, 1e1234567890123456, 12345678901234567e2, -0]',
      JSON.parse('[0.1234567890123456789, 1234567890123456784.5, 1e999, 12345678901234567e2, -0]'),
    ],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it('refuses what JSON.parse refuses', () => {
    for (const text of ['{"a":012345678901234567890}', '12345678901234567890,', '{"a":"12345678901234567890}'])
      expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  it('takes a long text in its stride', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(1_000_000), b: '1'.repeat(1_000_000) })
    const start = performance.now()
    expect(parseJson(text.replace('}', ',"c":12345678901234567890}'))).toHaveProperty('c', 12345678901234567890n)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('stringifyJson', () => {
  it('gives back what parseJson read', () => {
    const text = '{"a":[1,12345678901234567891],"b":"12345678901234567891","c":-9007199254740993,"d":null}'
    expect(stringifyJson(parseJson(text))).toBe(text)
    expect(stringifyJson(12345678901234567890n)).toBe('12345678901234567890')
  })
})
