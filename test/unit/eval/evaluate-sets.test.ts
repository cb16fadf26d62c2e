import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EvalSet } from '../../../src/eval/eval-set.ts'
import { evaluateSets } from '../../../src/eval/evaluate-sets.ts'
import { genericAdapter } from '../../../src/eval/find-adapter.ts'
import { type GradedItem, itemLine } from '../../../src/eval/grade-set.ts'
import { resultsMarkdown } from '../../../src/eval/markdown.ts'
import { readSet } from '../../../src/eval/read-set.ts'
import { type Results, resultsSchema } from '../../../src/eval/results.ts'
import type { EvalModel, EvalSettings } from '../../../src/eval/settings.ts'
import type { NativeEngine } from '../../../src/native/types.ts'
import { fakeDescription, fakeModel } from '../../support/fake-model.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const greedy: EvalSettings = {
  samples: 1,
  temperature: 0,
  topP: 1,
  presencePenalty: 0,
  maxNewTokens: 4,
  seed: 0,
  template: 'none',
  suffix: '=', // the fake model answers 2, or one of four digits when it is sampled
  fewShot: 0,
}
const sampled: EvalSettings = { ...greedy, samples: 4, temperature: 1 }

const questions = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({
    problem: `ab ${'abcdefgh'[i % 8]}${i}`,
    answer: String(1 + (i % 4)),
    level: i % 2,
  }))

const setOf = (name: string, rows: readonly object[]): EvalSet =>
  readSet({ source: `${name}.jsonl`, rows: rows.map((value, i) => ({ line: i + 1, value })) }, genericAdapter(name))

let cache: string
let generated: number // prompts that the engine was asked
beforeEach(async () => {
  cache = await tempFolder()
  generated = 0
})

/** @param failAt the call of generate, from 1, at which the machine goes down */
function modelOf(fingerprint = 'f'.repeat(64), failAt = Number.POSITIVE_INFINITY): EvalModel {
  let calls = 0
  const counting = (engine: NativeEngine): NativeEngine => ({
    ...engine,
    generate: (prompts, sampling, onProgress) => {
      calls += 1
      if (calls === failAt) return Promise.reject(new Error('power cut'))
      generated += prompts.offsets.length - 1
      return engine.generate(prompts, sampling, onProgress)
    },
  })
  return {
    ...fakeDescription,
    path: 'model',
    fingerprint,
    engineFingerprint: 'one build',
    device: 'cpu',
    dtype: 'float32',
    engine: async () => (await fakeModel(false, undefined, counting)).engine,
  }
}

async function run(
  sets: readonly EvalSet[],
  settings = greedy,
  { model = modelOf(), rowsPerCall = 512, fresh = false, signal = new AbortController().signal } = {},
): Promise<{ results: Results; graded: GradedItem[] } | null> {
  const graded: GradedItem[] = []
  const results = await evaluateSets(model, sets, settings, {
    cache,
    fresh,
    rowsPerCall,
    signal,
    onProgress: () => {},
    onSet: async (_, __, items) => {
      graded.push(...items)
    },
  })
  return results === null ? null : { results, graded }
}

describe('evaluateSets', () => {
  it('counts right answers, by level too, and has the results file’s form', async () => {
    const { results, graded } = (await run([setOf('digits', questions(8))]))!
    // greedy answers 2: right for 2 of 8, both of odd lines
    const [set] = results.sets
    expect(set).toMatchObject({
      n: 8,
      samples: 1,
      accuracy: 0.25,
      intervalMethod: 'wilson',
      passAt: {},
      meanTokens: 2,
      eosRate: 1,
      answerless: 0,
    })
    expect(set!.by.level).toMatchObject({ 0: { n: 4, accuracy: 0 }, 1: { n: 4, accuracy: 0.5 } })
    expect(set!.items.filter(({ right }) => right === 1).length).toBe(2)
    expect(resultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results)
    expect(itemLine(setOf('digits', questions(8)), graded[1]!)).toMatchObject({
      id: 'line-2',
      level: '1',
      known: '2',
      right: 1,
      samples: [{ text: '2', answer: '2', right: true, tokens: 2, finishReason: 'stop' }],
    })
    const markdown = resultsMarkdown(results)
    expect(markdown).toContain('| digits | 8 | 25.0 | 7.1 to 59.1 | 2 | 100.0 | 0.0 |')
    expect(markdown).toContain('### digits by level')
  })

  it('estimates pass@k and maj@k from several samples', async () => {
    const { results, graded } = (await run([setOf('digits', questions(16))], sampled))!
    const [set] = results.sets
    const right = graded.map(({ grades }) => grades.filter((grade) => grade.right).length)
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(set!.accuracy).toBeCloseTo(mean(right.map((count) => count / 4)), 12)
    expect(set!.passAt['1']!.value).toBeCloseTo(set!.accuracy, 12)
    // C(4, 2) = 6 pairs, of which C(4 - c, 2) have no right one
    expect(set!.passAt['2']!.value).toBeCloseTo(mean(right.map((c) => 1 - ((4 - c) * (3 - c)) / 2 / 6)), 12)
    expect(set!.passAt['4']!.value).toBeCloseTo(mean(right.map((count) => Number(count > 0))), 12)
    expect(Object.keys(set!.majorityAt)).toEqual(['1', '2', '4'])
    expect(set!.intervalMethod).toBe('wilson-effective')
    expect(new Set(graded.flatMap(({ grades }) => grades.map(({ answer }) => answer))).size).toBeGreaterThan(2)
    expect(resultsMarkdown(results)).toContain('| mean@4 | 95 % interval | pass@4 | maj@4 |')
  })
})

it('progress counts samples, of all calls', async () => {
  const seen: [number, number][] = []
  const { engine: open, ...model } = modelOf()
  const engine = await open()
  const inTokens: NativeEngine = {
    ...engine, // as the real one counts
    generate: (prompts, sampling, onProgress) =>
      engine.generate(prompts, sampling, (done, total) => onProgress?.(4 * done, 4 * total)),
  }
  await evaluateSets({ ...model, engine: async () => inTokens }, [setOf('digits', questions(8))], sampled, {
    cache,
    fresh: false,
    rowsPerCall: 16,
    signal: new AbortController().signal,
    onProgress: (_, done, total) => void seen.push([done, total]),
    onSet: async () => {},
  })
  expect(seen.at(-1)).toEqual([32, 32])
  expect(Math.max(...seen.map(([done]) => done))).toBe(32)
})

describe('the cache', () => {
  it('lets a killed evaluation continue, with the same results', async () => {
    const set = setOf('digits', questions(10))
    const whole = await run([set], sampled)
    cache = await tempFolder()
    generated = 0
    const dying = run([set], sampled, { model: modelOf(undefined, 3), rowsPerCall: 16 })
    await expect(dying).rejects.toThrow('power cut')
    expect(generated).toBe(8)
    expect(await run([set], sampled, { rowsPerCall: 12 })).toEqual(whole)
    expect(generated).toBe(10)
  })

  it('keeps what was finished when it is stopped', async () => {
    const controller = new AbortController()
    const model = modelOf()
    const engine = await model.engine()
    const stopping = {
      ...model,
      engine: async () => ({
        ...engine,
        generate: async (...args: Parameters<NativeEngine['generate']>) => {
          const completions = await engine.generate(...args)
          completions.finishReasons[1] = 2 // cancelled
          controller.abort()
          return completions
        },
      }),
    }
    expect(
      await run([setOf('digits', questions(6))], greedy, {
        model: stopping,
        rowsPerCall: 3,
        signal: controller.signal,
      }),
    ).toBeNull()
    expect(generated).toBe(3)
    await run([setOf('digits', questions(6))])
    expect(generated).toBe(3 + 4)
  })

  it('does not repeat a set when another is added, or when the order or the length changes', async () => {
    const rows = questions(6)
    await run([setOf('one', rows)])
    const { results } = (await run([setOf('one', [...rows].reverse()), setOf('two', questions(2))]))!
    expect(generated).toBe(8)
    expect(results.average).toBeCloseTo((2 / 6 + 1 / 2) / 2, 12)
    await run([setOf('one', rows.slice(0, 3))])
    expect(generated).toBe(8)
    await run([setOf('one', rows)], greedy, { fresh: true })
    expect(generated).toBe(14)
  })

  it('draws the same samples for a question at any position, and the first n of a longer list', async () => {
    const rows = questions(6)
    const texts = async (of: readonly object[], samples: number) => {
      const { graded } = (await run([setOf('digits', of)], { ...sampled, samples }))!
      return new Map(graded.map(({ item, responses }) => [item.problem, responses.map(({ text }) => text)]))
    }
    const many = await texts(rows, 8)
    expect(generated).toBe(6)
    const few = await texts([...rows].reverse(), 3)
    expect(generated).toBe(6)
    cache = await tempFolder()
    const alone = await texts([rows[3]!], 8)
    for (const [problem, drawn] of few) expect(drawn).toEqual(many.get(problem)!.slice(0, 3))
    for (const [problem, drawn] of alone) expect(drawn).toEqual(many.get(problem))
  })

  it('distinguishes models, settings and prompts', async () => {
    const set = setOf('digits', questions(2))
    await run([set])
    await run([set], greedy, { model: modelOf('e'.repeat(64)) })
    await run([set], { ...greedy, maxNewTokens: 5 })
    await run([set], { ...greedy, suffix: ' =' })
    expect(generated).toBe(8)
    await run([set], { ...greedy, seed: 7 }) // greedy: no draw
    expect(generated).toBe(8)
    await run([set], sampled)
    await run([set], { ...sampled, seed: 7 })
    expect(generated).toBe(12)
    await run([set], greedy, { model: { ...modelOf(), engineFingerprint: 'another build' } })
    expect(generated).toBe(14)
    expect((await readdir(join(cache, 'eval'))).sort()).toEqual(['e'.repeat(16), 'f'.repeat(16)])
  })
})

describe('questions that cannot be asked', () => {
  it('are named before anything is generated', async () => {
    const long = setOf('long', [...questions(2), { problem: 'x'.repeat(3000), answer: '1' }])
    await expect(run([setOf('digits', questions(2)), long])).rejects.toThrow(
      /long\.jsonl:3: the prompt has 3002 tokens, and with --max-new-tokens 4 it exceeds the model's 2048 positions/,
    )
    await expect(run([long], { ...greedy, fewShot: 2 })).rejects.toThrow(
      /--few-shot 2: the set long has 0 worked examples/,
    )
    expect(generated).toBe(0)
  })
})
