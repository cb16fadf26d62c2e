import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NativeEngine } from '../../../src/native/types.ts'
import { epochBatches } from '../../../src/sft/batches.ts'
import { endTokenOf, readDocuments, type SftDocument } from '../../../src/sft/documents.ts'
import { type FineTuneParams, fineTune, learnedTokens } from '../../../src/sft/fine-tune.ts'
import { heldOutLoss } from '../../../src/sft/held-out-loss.ts'
import { BOS, byteTokenizer, byteVocabSize, EOS } from '../../support/byte-tokenizer.ts'
import { openFakeEngine } from '../../support/fake-engine.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const format = { tokenizer: byteTokenizer, endToken: EOS, raw: false }
const code = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0))

async function documents(...lines: object[]): Promise<SftDocument[]> {
  const path = join(await tempFolder(), 'data.jsonl')
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'))
  return readDocuments(path, format)
}

describe('the end token', () => {
  // Llama-3.2-Instruct: <|end_of_text|>, <|eom_id|>, <|eot_id|>; its chat turns end with the last
  const stops = Int32Array.of(128001, 128008, 128009)
  it("is the tokenizer's, if generation stops at it", () => {
    expect(endTokenOf({ eosTokenId: 128009 }, stops)).toBe(128009)
    expect(endTokenOf({ eosTokenId: 128001 }, stops)).toBe(128001)
  })

  it('is otherwise the first at which generation stops', () => {
    expect(endTokenOf({ eosTokenId: 7 }, stops)).toBe(128001)
    expect(endTokenOf({ eosTokenId: null }, stops)).toBe(128001)
  })
})

describe('readDocuments', () => {
  it('learns a response and its end, not the prompt', async () => {
    const [document] = await documents({ prompt: 'ab', response: 'cd' })
    expect(Array.from(document!.tokens)).toEqual([BOS, ...code('abcd'), EOS])
    expect(document!.promptLength).toBe(3)
    expect(learnedTokens(document!)).toBe(3)
  })

  it('learns all of a text except its first token', async () => {
    const [document] = await documents({ text: 'abc' })
    expect(document).toMatchObject({ promptLength: 1, weights: null })
    expect(learnedTokens(document!)).toBe(4)
  })

  it('learns the parts marked', async () => {
    const segments = [
      { text: '1+1=', train: false },
      { text: '2', train: true },
      { text: ' 2+1=', train: false },
      { text: '3', train: true },
    ]
    const [document] = await documents({ segments })
    expect(Array.from(document!.tokens)).toEqual([BOS, ...code('1+1=2 2+1=3'), EOS])
    expect(document!.promptLength).toBe(5)
    expect(Array.from(document!.weights!)).toEqual([1, 0, 0, 0, 0, 0, 1, 1])
    expect(learnedTokens(document!)).toBe(3)
  })

  it('names a line of another form, or with nothing to learn', async () => {
    await expect(documents({ text: 'a' }, { prompt: 'b' })).rejects.toThrow(/data\.jsonl:2: expected \{"prompt"/)
    await expect(documents({ segments: [{ text: 'a', train: false }] })).rejects.toThrow(/data\.jsonl:1/)
  })
})

describe('epochBatches', () => {
  const docs = Array.from({ length: 1000 }, (_, i) => ({
    tokens: new Int32Array(2 + ((i * 37) % 50)),
    promptLength: 1,
    weights: null,
  }))

  it('holds every document once, in a new order for each epoch', () => {
    const first = epochBatches(docs, 8, { seed: 1, epoch: 0 })
    expect(new Set(first.flat()).size).toBe(1000)
    expect(first.every((batch) => batch.length <= 8)).toBe(true)
    expect(epochBatches(docs, 8, { seed: 1, epoch: 0 })).toEqual(first)
    expect(epochBatches(docs, 8, { seed: 1, epoch: 1 })).not.toEqual(first)
  })
})

describe('fineTune', () => {
  const params: FineTuneParams = {
    schedule: { kind: 'constant', lr: 0.1, minLrRatio: 0, warmupSteps: 0, totalSteps: 30 },
    adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 },
    batchSize: 4,
    tokensPerBatch: 1000,
    seed: 0,
  }
  const engine = (): Promise<NativeEngine> => openFakeEngine({ table: new Float32Array(byteVocabSize ** 2) })

  it('learns what is marked, and nothing else', async () => {
    const docs = await documents(
      ...Array.from({ length: 10 }, () => ({
        segments: [
          { text: 'ab', train: false },
          { text: 'c', train: true },
        ],
      })),
    )
    const model = await engine()
    const losses: number[] = []
    await fineTune(model, docs, params, async ({ loss }) => losses.push(loss) > 0)
    expect(losses.length).toBe(30)
    expect(losses[0]).toBeCloseTo(Math.log(byteVocabSize), 4)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
    expect(await heldOutLoss(model, docs, 1000)).toBeLessThan(losses[0]! / 2)
    // b after a was not trained: only c and the end became likelier
    const unlearned = { tokens: Int32Array.from(code('ab')), promptLength: 1, weights: null }
    expect(await heldOutLoss(model, [unlearned], 1000)).toBeGreaterThan(Math.log(byteVocabSize))
  })

  it('gives the same weights for any micro-batches, and the same run for the same seed', async () => {
    const docs = await documents(...'the quick brown fox jumps over lazy dogs'.split(' ').map((text) => ({ text })))
    const results: number[] = []
    for (const tokensPerBatch of [1000, 6, 1000]) {
      const model = await engine()
      await fineTune(model, docs, { ...params, tokensPerBatch }, async () => true)
      results.push(await heldOutLoss(model, docs, 1000))
    }
    expect(results[1]).toBeCloseTo(results[0]!, 5)
    expect(results[2]).toBe(results[0])
  })

  it('stops when told, and gives up if gradients are never finite', async () => {
    const docs = await documents({ text: 'ab' })
    let steps = 0
    await fineTune(await engine(), docs, params, async () => {
      steps += 1
      return steps < 5
    })
    expect(steps).toBe(5)
    const broken: NativeEngine = { ...(await engine()), step: async () => ({ gradNorm: Number.NaN, nonFinite: 'w' }) }
    await expect(fineTune(broken, docs, params, async () => true)).rejects.toThrow(
      /gradient of w is not finite, ten times in a row.*lower --lr/,
    )
  })
})
