import { describe, expect, it } from 'vitest'
import { countWords, cutQuestion } from '../../../src/contamination/cut.ts'

describe('a question is cut', () => {
  it.each([
    // 20 characters: 0.6 is before the 13th, inside "question"; the white space before it is the ninth
    ['where the white space before the share is', 'It is a question now', 0.6, 'It is a', ' question now'],
    // 29 characters: 0.6 is 17.4, the 18th is a space
    ['at a space that lies there', 'xa xa xa xa xa xa xa xa xa xa', 0.6, 'xa xa xa xa xa xa', ' xa xa xa xa'],
    ['before all of the white space', 'one two  \n three four', 0.5, 'one two', '  \n three four'],
    ['without the white space around it', '  ab cd ef gh ij \n', 0.5, 'ab cd', ' ef gh ij'],
  ])('%s', (_, question, share, given, rest) => {
    expect(cutQuestion(question, share)).toEqual({ given, rest })
  })

  it('between two characters of a script without white space', () => {
    expect(cutQuestion('小明有十二个苹果吃了三个', 0.5)).toEqual({ given: '小明有十二个', rest: '苹果吃了三个' })
    // 13 characters: after the sixth
    expect(cutQuestion('a 小明有十二个苹果吃了三', 0.5)).toEqual({ given: 'a 小明有十', rest: '二个苹果吃了三' })
    expect(cutQuestion('已知$x^2+12345=0$，求x', 0.6)).toEqual({ given: '已知', rest: '$x^2+12345=0$，求x' })
  })

  it('beside a whole character where it takes two code units, or marks that belong to it', () => {
    const rare = '\u{20BB7}' // a Han character of two code units
    // 18 code units: 0.6 is 10.8, inside the sixth character
    expect(cutQuestion(rare.repeat(9), 0.6)).toEqual({ given: rare.repeat(5), rest: rare.repeat(4) })
    expect(cutQuestion(`abcdef${rare}ghi`, 0.6)).toEqual({ given: 'abcdef', rest: `${rare}ghi` })
    expect(cutQuestion(`abcd${rare}ghijk`, 0.7)).toEqual({ given: `abcd${rare}`, rest: 'ghijk' })
    const variant = '葛\u{E0100}' // with a variation selector of two code units
    expect(cutQuestion(variant.repeat(4), 0.6)).toEqual({ given: variant.repeat(2), rest: variant.repeat(2) })
    const kana = 'か\u3099' // with a combining mark
    expect(cutQuestion(kana.repeat(5), 0.5)).toEqual({ given: kana.repeat(2), rest: kana.repeat(3) })
    const thai = 'ที่' // a consonant, a vowel and a tone mark
    expect(cutQuestion(thai.repeat(4), 0.6)).toEqual({ given: thai.repeat(2), rest: thai.repeat(2) })
  })

  it('into well-formed parts, whatever the share', () => {
    const text = '𠮷野家で 葛\u{E0100}飾 😀か\u3099き👨‍👩‍👧 กำลัง\r\nที่ x\u0301 𠮷'
    for (let share = 0.01; share < 1; share += 0.01) {
      const { given, rest } = cutQuestion(text, share)
      expect(`${given} | ${rest}`).not.toMatch(/\p{Surrogate}/u) // one that has lost its pair
      expect(given + rest).toBe(text)
      expect(rest).not.toMatch(/^\p{M}/u)
    }
  })

  it('not at all, where that would split a word or a character', () => {
    expect(cutQuestion('extraordinary', 0.6)).toEqual({ given: '', rest: 'extraordinary' })
    expect(cutQuestion('😀😀😀', 0.5)).toEqual({ given: '', rest: '😀😀😀' })
    expect(cutQuestion('', 0.5)).toEqual({ given: '', rest: '' })
  })
})

it('counts words and numbers of any language', () => {
  expect(countWords(' dollars to Karin. How many is 3 + 4?')).toBe(8)
  expect(countWords('$\\frac{1}{2} + x$')).toBe(4) // frac, 1, 2, x
  expect(countWords('苹果吃了三个')).toBeGreaterThan(2)
  expect(countWords(' ... $?')).toBe(0)
})
