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
