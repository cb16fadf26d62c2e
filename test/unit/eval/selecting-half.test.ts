import { describe, expect, it } from 'vitest'
import { selectingHalf } from '../../../src/eval/selecting-half.ts'

const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `${from + i} + 1?`)

describe('the half of the held-out questions that chooses', () => {
  it('is about half of them, by their texts', () => {
    const half = selectingHalf(numbers(1000))
    expect(Math.abs(half.filter(Boolean).length - 500)).toBeLessThan(60)
    expect(selectingHalf(numbers(500, 500))).toEqual(half.slice(500))
  })

  it('leaves no half empty where there are two different questions, however often each comes', () => {
    for (let i = 0; i < 500; i++) {
      for (const texts of [numbers(2, i), [...numbers(2, i), `${i} + 1?`], [...numbers(1, i), ...numbers(2, i)]]) {
        const half = selectingHalf(texts)
        expect(new Set(half).size).toBe(2)
        for (const [k, text] of texts.entries()) expect(half[k]).toBe(half[texts.indexOf(text)])
      }
    }
  })

  it('is all of them where they are the same', () => {
    expect(selectingHalf(['1 + 1?'])).toEqual([true])
    expect(selectingHalf(['1 + 1?', '1 + 1?'])).toEqual([true, true])
    expect(selectingHalf([])).toEqual([])
  })
})
