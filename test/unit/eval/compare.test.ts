import { describe, expect, it } from 'vitest'
import { type Contender, compareAll, verdictSentence } from '../../../src/eval/compare.ts'
import { comparisonMarkdown } from '../../../src/eval/comparison-markdown.ts'
import type { SetResult } from '../../../src/eval/results.ts'

/** Results of one set from the right samples of each question; keys count up. */
function setResult(name: string, right: readonly number[], samples = 1): SetResult {
  const accuracy = right.reduce((sum, count) => sum + count, 0) / right.length / samples
  return {
    name,
    title: name.toUpperCase(),
    source: `${name}.jsonl`,
    answers: 'math',
    n: right.length,
    samples,
    accuracy,
    interval: [0, 1],
    intervalMethod: 'wilson',
    passAt: {},
    majorityAt: {},
    meanTokens: 1,
    eosRate: 1,
    answerless: 0,
    by: {},
    items: right.map((count, i) => ({ key: `key-${i}`, id: String(i), right: count })),
  }
}

const contender = (label: string, ...sets: SetResult[]): Contender => ({
  label,
  results: {
    version: 1,
    model: { path: label, fingerprint: label, device: 'cpu', dtype: 'float32' },
    settings: {
      samples: 1,
      temperature: 0,
      topP: 1,
      presencePenalty: 0,
      maxNewTokens: 9,
      seed: 0,
      template: 'auto',
      suffix: null,
      layout: '',
      fewShot: 0,
    },
    sets,
    average: 0,
  },
})

const repeat = (count: number, right: number): number[] => new Array<number>(count).fill(right)

describe('compareAll', () => {
  it('says better, worse, or undecided', () => {
    // 36 both, 2 only the first, 12 only the second: McNemar p = 0.0129, Newcombe's interval 0.0569 to 0.3404
    const first = contender('old', setResult('a', [...repeat(36, 1), ...repeat(2, 1), ...repeat(12, 0)]))
    const second = contender('new', setResult('a', [...repeat(36, 1), ...repeat(2, 0), ...repeat(12, 1)]))
    const [comparison] = compareAll([first, second])
    const [difference] = comparison!.differences
    expect(difference).toMatchObject({
      n: 50,
      left: 0,
      onlyFirst: 2,
      onlySecond: 12,
      test: 'mcnemar',
      verdict: 'better',
    })
    expect(difference!.p).toBeCloseTo(0.01294, 5)
    expect(difference!.interval[0]).toBeCloseTo(0.0569, 4)
    expect(verdictSentence(comparison!, difference!)).toBe(
      'new is better than old on A: 96.0 % against 76.0 % of 50 questions, a difference of +20.0 (5.7 to 34.0) points, ' +
        "12 right only by new and 2 only by old, McNemar's exact test p = 0.01.",
    )
    expect(compareAll([second, first])[0]!.differences[0]).toMatchObject({ verdict: 'worse', onlyFirst: 12 })
    expect(comparison!.average).toBeNull()
  })

  it('finds no difference between a model and itself', () => {
    const same = contender('m', setResult('a', [1, 0, 1]), setResult('b', [3, 1, 0], 4))
    const [comparison] = compareAll([same, { ...same, label: 'm (2)' }])
    for (const difference of [...comparison!.differences, comparison!.average!]) {
      expect(difference).toMatchObject({ difference: 0, p: 1, verdict: 'cannot tell' })
    }
    expect(verdictSentence(comparison!, comparison!.differences[0]!)).toMatch(
      /^Cannot tell whether m \(2\) is better or worse than m on A/,
    )
  })

  it('tests shares of several samples by a sign-flip test', () => {
    const first = contender('old', setResult('a', repeat(30, 1), 4))
    const second = contender('new', setResult('a', [...repeat(20, 3), ...repeat(10, 1)], 4))
    const [difference] = compareAll([first, second])[0]!.differences
    expect(difference).toMatchObject({ test: 'sign-flip', onlyFirst: null, verdict: 'better' })
    expect(difference!.difference).toBeCloseTo(1 / 3, 12)
    expect(difference!.interval[0]).toBeGreaterThan(0.2)
    expect(difference!.interval[1]).toBeLessThan(0.45)
  })

  it('corrects for the number of sets', () => {
    // 7 to 1: p = 0.07; 9 to 1: 0.0215, twice that with two sets
    const pair = (name: string, more: number): [SetResult, SetResult] => [
      setResult(name, [...repeat(more, 0), 1]),
      setResult(name, [...repeat(more, 1), 0]),
    ]
    const [a, b] = [pair('a', 7), pair('b', 9)]
    const both = compareAll([contender('old', a[0], b[0]), contender('new', a[1], b[1])])[0]!
    expect(both.differences[1]!.p).toBeCloseTo(0.021484375, 9)
    expect(both.differences[1]!.pAdjusted).toBeCloseTo(0.04296875, 9)
    expect(both.differences.map(({ verdict }) => verdict)).toEqual(['cannot tell', 'better'])
    expect(both.average).toMatchObject({ n: 18, verdict: 'better' })
    expect(verdictSentence(both, both.differences[1]!)).toMatch(/p = 0\.02, p = 0\.04 for 2 sets \(Holm\)\.$/)
  })

  it('pairs by question, and counts those that only one has', () => {
    const first = contender('old', setResult('a', [1, 0, 1, 1]), setResult('b', [1]))
    const second = contender('new', setResult('a', [1, 0]), setResult('c', [1]))
    const [comparison] = compareAll([first, second])
    expect(comparison!.differences).toMatchObject([{ set: 'a', n: 2, left: 2 }])
    expect(verdictSentence(comparison!, comparison!.differences[0]!)).toMatch(
      /2 questions that only one of them has are left out\.$/,
    )
    const stranger = contender('other', setResult('z', [1]))
    expect(() => compareAll([first, stranger])).toThrow(/old and other have no question in common.*\(a, b; z\)/)
  })
})

describe('comparisonMarkdown', () => {
  it('takes the first model on the questions that are compared', () => {
    const contenders = [
      contender('old', setResult('a', [1, 1, 0, 0])),
      contender('new', setResult('a', [1, 1])),
      contender('newer', setResult('a', [1, 1, 1, 0])),
    ]
    const text = comparisonMarkdown(contenders, compareAll(contenders))
    // old: 2 of the first 2, 2 of all 4
    expect(text).toMatch(/\| A \| 2 \| 100\.0 \| 100\.0 \| 0\.0 .* \| 75\.0 of 4, against 50\.0 \| \+25\.0/)
  })

  it('warns of a model that mostly gives no answer', () => {
    const contenders = [
      contender('old', { ...setResult('a', [1]), answerless: 0.51 }),
      contender('new', setResult('a', [1])),
    ]
    const text = comparisonMarkdown(contenders, compareAll(contenders))
    expect(text).toContain(
      '- Warning: 51.0 % of the samples of old on A have no answer. Check that it is asked as it was trained',
    )
    expect(text).not.toContain('samples of new')
  })

  it('is a table of models by sets', () => {
    const contenders = [
      contender('old', setResult('a', repeat(20, 0)), setResult('b', [1, 0])),
      contender('new', setResult('a', repeat(20, 1)), setResult('b', [1, 0])),
      contender('newer', setResult('a', repeat(20, 1))),
    ]
    const text = comparisonMarkdown(contenders, compareAll(contenders))
    expect(text).toContain('| set | n | old | new | difference |  | newer | difference |  |')
    expect(text).toMatch(
      /\| A \| 20 \| 0\.0 \| 100\.0 \| \+100\.0 \(.*\) \| better \| 100\.0 \| \+100\.0 \(.*\) \| better \|/,
    )
    expect(text).toMatch(/\| B \| 2 \| 50\.0 \| 50\.0 \| 0\.0 \(.*\) \| cannot tell \|\s+\|\s+\|\s+\|/)
    expect(text.match(/^- /gm)!.length).toBe(4)
  })

  it('warns of other settings', () => {
    const [old, other] = [contender('old', setResult('a', [1])), contender('new', setResult('a', [1]))]
    const longer = { ...other.results, settings: { ...other.results.settings, maxNewTokens: 99 } }
    const contenders = [old, { ...other, results: longer }]
    expect(comparisonMarkdown(contenders, compareAll(contenders))).toContain(
      '- Warning: old and new were evaluated with different settings: maxNewTokens 9 against 99.',
    )
    const graded = { ...other.results, model: { ...other.results.model, device: 'cuda:0' } }
    const numbers = [{ ...setResult('a', [1]), answers: 'number' as const }]
    const against = { ...other, results: { ...graded, sets: numbers } }
    expect(compareAll([old, against])[0]!.settings).toEqual([
      'device "cpu" against "cuda"',
      'answers of A "math" against "number"',
    ])
  })
})
