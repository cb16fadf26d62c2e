import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { continueSet, type PartialPromptTest } from '../../../src/contamination/continue.ts'
import { contaminationSaid, contaminationText, testedLine } from '../../../src/contamination/report.ts'
import { summarizeContamination } from '../../../src/contamination/summarize.ts'
import type { EvalSet } from '../../../src/eval/eval-set.ts'
import { evaluateSets } from '../../../src/eval/evaluate-sets.ts'
import { genericAdapter } from '../../../src/eval/find-adapter.ts'
import type { GradedItem } from '../../../src/eval/grade-set.ts'
import { readSet } from '../../../src/eval/read-set.ts'
import type { EvalModel, EvalSettings } from '../../../src/eval/settings.ts'
import { byteVocabSize } from '../../support/byte-tokenizer.ts'
import { fakeDescription, fakeModel } from '../../support/fake-model.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** After " " comes "x", after "x" "a", after "a" " ": it writes " xa xa xa ..."; after "=" "2", and then it ends. */
function recitingTable(): Float32Array {
  const table = new Float32Array(byteVocabSize ** 2).fill(-20) // [V, V]
  const follow = (from: string, to: number): void => {
    table[from.charCodeAt(0) * byteVocabSize + to] = 0
  }
  for (const [from, to] of [' x', 'xa', 'a ', 'b ', '=2'] as const) follow(from!, to!.charCodeAt(0))
  follow('2', 257) // EOS
  return table
}

let cache: string
let generated: number
beforeEach(async () => {
  cache = await tempFolder()
  generated = 0
})

const model = (maxPositions = 2048): EvalModel => ({
  ...fakeDescription,
  maxPositions,
  path: 'model',
  fingerprint: 'f'.repeat(64),
  engineFingerprint: 'one build',
  device: 'cpu',
  dtype: 'float32',
  engine: async () =>
    (
      await fakeModel(false, recitingTable(), (engine) => ({
        ...engine,
        generate: (prompts, sampling, onProgress) => {
          generated += prompts.offsets.length - 1
          return engine.generate(prompts, sampling, onProgress)
        },
      }))
    ).engine,
})

const test: PartialPromptTest = { share: 0.6, minWords: 4 }
const known = 'xa xa xa xa xa xa xa xa xa xa' // cut after six words
const changed = 'xa xa xa xa xa xa xa xa xb xa'
const short = 'xa xa xa xa xa' // 0.6 of 14 is 8: "xa xa xa" is given, two words are left
const longer = Array(40).fill('xa').join(' ') // with a rest of 48 bytes, more than the others'

const setOf = (name: string, rows: readonly object[]): EvalSet =>
  readSet({ source: `${name}.jsonl`, rows: rows.map((value, i) => ({ line: i + 1, value })) }, genericAdapter(name))

const set = setOf('made', [
  { problem: known, answer: '2' },
  { problem: changed, answer: '2' },
  { problem: short, answer: '3' },
  { problem: longer, answer: '3' },
])

const context = (rowsPerCall = 512) => ({
  cache,
  fresh: false,
  rowsPerCall,
  signal: new AbortController().signal,
  onProgress: () => {},
})

const answering: EvalSettings = {
  samples: 1,
  temperature: 0,
  topP: 1,
  presencePenalty: 0,
  maxNewTokens: 4,
  seed: 0,
  template: 'none',
  suffix: '=',
  fewShot: 0,
}

async function graded(): Promise<readonly GradedItem[]> {
  let found: readonly GradedItem[] = []
  const onSet = async (_: EvalSet, __: object, items: readonly GradedItem[]) => {
    found = items
  }
  await evaluateSets(model(), [set], answering, { ...context(), onProgress: () => {}, onSet })
  return found
}

describe('a set', () => {
  it('is continued greedily, and compared with what is missing', async () => {
    const items = (await continueSet(model(), set, test, context()))!
    expect(items.map(({ match }) => match)).toEqual([
      { exact: true, rougeL: 1 },
      { exact: false, rougeL: 0.75 }, // xa xa xa xa against xa xa xb xa
      null,
      { exact: true, rougeL: 1 },
    ])
    expect(items[0]).toMatchObject({ given: 'xa xa xa xa xa xa', rest: ' xa xa xa xa', words: 4 })
    expect(items[2]).toMatchObject({ words: 2, continuation: null })
    // the rest's 12 bytes and 8 more are rounded up to 32
    expect(items[0]!.continuation).toHaveLength(32)
    // the rest of 47 bytes: 64
    expect(items[3]!.continuation).toHaveLength(64)
  })

  it('is not generated again', async () => {
    const whole = await continueSet(model(), set, test, context())
    expect(generated).toBe(3)
    expect(await continueSet(model(), set, test, context())).toEqual(whole)
    expect(generated).toBe(3)
    const [folder] = await readdir(join(cache, 'eval'))
    const files = await readdir(join(cache, 'eval', folder!))
    expect(files.every((name) => name.startsWith('made-continuations-'))).toBe(true)
  })

  it('continues where it was stopped', async () => {
    const stopping = new AbortController()
    const stopped = { ...context(1), signal: stopping.signal, onProgress: () => stopping.abort() }
    expect(await continueSet(model(), set, test, stopped)).toBeNull()
    expect(generated).toBe(1)
    expect(await continueSet(model(), set, test, context())).toHaveLength(4)
    expect(generated).toBe(3)
  })

  it('is refused where a question does not fit the model', async () => {
    await expect(continueSet(model(64), set, test, context())).rejects.toThrow(
      /made\.jsonl:4: the first part of the question has 72 tokens, and with 64 for the rest it exceeds the model's 64/,
    )
  })

  it('is tested without the choices that serl eval adds, and with those of its own', async () => {
    const choices = ['left', 'right']
    const chosen = setOf('choices', [
      { question: `${known}`, choices, answer: 'A' },
      { question: `${known} (A) left (B) right`, choices, answer: 'A' },
    ])
    const items = (await continueSet(model(), chosen, test, context()))!
    expect(items[0]).toMatchObject({ rest: ' xa xa xa xa', match: { exact: true } })
    expect(items[1]!.rest).toBe(' xa (A) left (B) right')
  })
})

describe('the summary', () => {
  it('has accuracy on the flagged and the clean questions', async () => {
    const items = (await continueSet(model(), set, test, context()))!
    const summary = summarizeContamination(set, items, await graded())
    // Wilson's intervals: 2 of 3, (2/3 + 1.9207/3 -+ ...) / (1 + 3.8415/3); 1 of 2; 1 of 1; 0 of 1
    expect(summary).toMatchObject({ n: 4, skipped: 1, shortestWords: 4, flagged: { count: 2, of: 3 } })
    expect(summary.flagged!.interval.map((end) => end.toFixed(4))).toEqual(['0.2077', '0.9385'])
    expect(summary.rougeL).toBeCloseTo(2.75 / 3, 12)
    const { all, flagged, clean, skipped } = summary.accuracy!
    expect([all, flagged, clean, skipped].map((part) => [part!.n, part!.accuracy])).toEqual([
      [4, 0.5],
      [2, 0.5],
      [1, 1],
      [1, 0],
    ])
    expect(flagged!.interval.map((end) => end.toFixed(4))).toEqual(['0.0945', '0.9055'])
    const text = contaminationText([summary], test)
    expect(text).toContain('| made | 3 | 1 | 2 | 66.7 | 20.8 to 93.9 | 0.92 |')
    expect(text).toContain('| made | flagged | 2 | 50.0 | 9.5 to 90.5 |')
    expect(text).toContain('| made | clean | 1 | 100.0 | 20.7 to 100.0 |')
    expect(text).toContain('| made | too short | 1 | 0.0 | 0.0 to 79.3 |')
    expect(text).toContain(
      'made: after the first 60 % of a question the model writes the rest of 2 of 3 word for word (66.7 %, 20.8 to 93.9 %); ' +
        '1 question with fewer than 4 words left not tested. It has most probably seen these; accuracy is 50.0 % on them ' +
        'and 100.0 % on the clean ones, which may also be harder.',
    )
    expect(text).toContain('the shortest rest tested has 4 words.')
    expect(testedLine('made', items[1]!, (await graded())[1]!)).toMatchObject({
      ...{ set: 'made', id: 'line-2', line: 2, given: 'xa xa xa xa xa xa', rest: ' xa xa xb xa' },
      ...{ flagged: false, rougeL: 0.75, right: 1, samples: 1 },
    })
  })

  it('says what it does not mean where nothing is flagged, or nothing tested', async () => {
    const others = setOf('others', [{ problem: changed, answer: '2' }])
    const tiny = setOf('tiny', [{ problem: short, answer: '2' }])
    const summaries = await Promise.all(
      [others, tiny].map(async (one) =>
        summarizeContamination(one, (await continueSet(model(), one, test, context()))!, null),
      ),
    )
    expect(summaries[1]).toMatchObject({ flagged: null, rougeL: null, shortestWords: null, accuracy: null })
    const said = contaminationSaid(summaries, test)
    // Wilson's interval of 0 of 1: 3.8415 / 4.8415
    expect(said[0]).toBe(
      'others: after the first 60 % of a question the model writes the rest of none of 1 word for word (95 % interval: up to 79.3 %)',
    )
    expect(said[1]).toMatch(
      /^tiny: no question can be tested, after the first 60 % .* fewer than 4 words are left of each$/,
    )
    expect(said[2]).toMatch(/^That a question is not flagged does not mean that the model has not seen it/)
    expect(said.join()).not.toMatch(/A flagged one/)
  })
})
