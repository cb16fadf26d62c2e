import { describe, expect, test } from 'vitest'
import { defaultInstructConfig, type InstructConfig } from '../../../src/config/instruct-config.ts'
import { UserError } from '../../../src/errors.ts'
import { emptyPool } from '../../../src/instruct/pool.ts'
import { propose } from '../../../src/instruct/propose.ts'
import { FinishReason, type NativeEngine, type SamplingParams, type TokenBatch } from '../../../src/native/types.ts'
import { createRandom } from '../../../src/random.ts'
import type { Question } from '../../../src/rollout/group.ts'
import { packTokens } from '../../../src/rollout/pack.ts'
import { characterTokenizer, textOf } from './character-tokenizer.ts'

const seeds: Question[] = Array.from({ length: 20 }, (_, i) => ({
  id: `seed-${i}`,
  text: `What is ${i} + ${i}?`,
  source: 'seed',
}))

/** Answers every row with what `continueRow` gives: "$" at its end means that it stopped by itself. */
function scriptedEngine(continueRow: (row: number) => string) {
  const calls: { prompts: TokenBatch; sampling: SamplingParams }[] = []
  const engine: Pick<NativeEngine, 'generate'> = {
    async generate(prompts, sampling) {
      calls.push({ prompts, sampling })
      const rows = (prompts.offsets.length - 1) * sampling.samplesPerPrompt
      const texts = Array.from({ length: rows }, (_, row) => continueRow(row))
      const packed = packTokens(texts.map((text) => Int32Array.from(text, (character) => character.charCodeAt(0))))
      const finished = texts.map((text) => (text.endsWith('$') ? FinishReason.stop : FinishReason.length))
      return { ...packed, logprobs: new Float32Array(packed.tokens.length), finishReasons: Uint8Array.from(finished) }
    },
  }
  return { engine, calls }
}

const context = (engine: Pick<NativeEngine, 'generate'>, change: Partial<InstructConfig> = {}) => ({
  engine,
  tokenizer: characterTokenizer(null),
  config: { ...defaultInstructConfig, maxNewTokens: 100, ...change },
  seeds,
  pool: emptyPool,
  random: createRandom([0, 'propose', 3, 1]),
  eosTokenIds: [36, 7],
  maxPositions: 1000,
  step: 3,
  round: 1,
})

test('Ctrl-C is heard while thousands of prompts are built, and nothing is generated', async () => {
  const { engine, calls } = scriptedEngine(() => ' x?$')
  const stop = new AbortController()
  const plain = characterTokenizer(null)
  const waiting = new Int32Array(new SharedArrayBuffer(4))
  const encode = (text: string): Int32Array => {
    Atomics.wait(waiting, 0, 0, 2) // 4096 of them take eight seconds
    return plain.encode(text)
  }
  setTimeout(() => stop.abort(), 20)
  const round = context(engine, { promptsPerRound: 4096 })
  const began = performance.now()
  const { proposals } = await propose({ ...round, tokenizer: { ...plain, encode }, signal: stop.signal })
  expect(performance.now() - began).toBeLessThan(4000)
  expect([proposals, calls]).toEqual([[], []])
})

describe('a round of proposals', () => {
  test('plain list: the first item is read behind the number that the prompt ends in', async () => {
    const { engine } = scriptedEngine((row) => ` first of ${row}?\n10. second of ${row}?$`)
    const { proposals, newTokens } = await propose(context(engine, { promptsPerRound: 2 }))
    expect(proposals.map(({ examples: _, ...proposal }) => proposal)).toEqual([
      { id: 'step3-1-0', text: 'First of 0?', source: 'self' },
      { id: 'step3-1-1', text: 'Second of 0?', source: 'self' },
      { id: 'step3-1-2', text: 'First of 1?', source: 'self' },
      { id: 'step3-1-3', text: 'Second of 1?', source: 'self' },
    ])
    expect(newTokens).toBe(2 * ' first of 0?\n10. second of 0?$'.length)
  })
  test('each proposal names the examples of its prompt, in their order', async () => {
    const { engine, calls } = scriptedEngine(() => ' first?\n10. second?$')
    const { proposals } = await propose(context(engine, { promptsPerRound: 2, samplesPerPrompt: 2 }))
    expect(proposals.length).toBe(8)
    const { tokens, offsets } = calls[0]!.prompts
    for (const [i, { examples }] of proposals.entries()) {
      const prompt = Math.floor(i / 4) // two continuations of two questions each
      const shown = [...textOf(tokens.subarray(offsets[prompt], offsets[prompt + 1])).matchAll(/\d+\. (What.*)/g)]
      expect(examples.map((id) => seeds.find((seed) => seed.id === id)!.text)).toEqual(shown.map(([, text]) => text))
      expect(examples.length).toBe(8)
    }
    expect(proposals[0]!.examples).not.toEqual(proposals[4]!.examples)
  })
  test('several continuations of a prompt; a cut-off one loses its last item', async () => {
    const { engine, calls } = scriptedEngine((row) => (row % 2 === 0 ? ' whole?$' : ' whole?\n10. half of'))
    const proposed = await propose(context(engine, { promptsPerRound: 1, samplesPerPrompt: 4 }))
    expect(proposed.proposals.map(({ text }) => text)).toEqual(['Whole?', 'Whole?', 'Whole?', 'Whole?'])
    expect(calls[0]!.prompts.offsets).toHaveLength(2)
    expect(calls[0]!.sampling.seeds).toHaveLength(4)
  })
  test('as a chat the number must be in the reply', async () => {
    const { engine } = scriptedEngine(() => 'Here you go:\n9. Asked?$')
    const chat = { ...context(engine, { promptsPerRound: 1 }), tokenizer: characterTokenizer('system') }
    expect((await propose({ ...chat })).proposals.map(({ text }) => text)).toEqual(['Asked?'])
  })
  test('the engine is asked with the configured sampling, and every end-of-text id', async () => {
    const { engine, calls } = scriptedEngine(() => ' x?$')
    await propose(context(engine))
    const { seeds: rowSeeds, stopTokens, ...sampling } = calls[0]!.sampling
    expect(sampling).toEqual({
      samplesPerPrompt: 1,
      maxNewTokens: 100,
      temperature: 0.8,
      topP: 0.95,
      presencePenalty: 2,
    })
    expect([...stopTokens]).toEqual([36, 7])
    expect(new Set(rowSeeds).size).toBe(4)
  })
  test('the same key gives the same prompts', async () => {
    const { engine, calls } = scriptedEngine(() => ' x?$')
    await propose(context(engine))
    await propose(context(engine))
    expect(calls[1]).toEqual(calls[0])
    await propose({ ...context(engine), random: createRandom([0, 'propose', 3, 2]) })
    expect(calls[2]!.prompts.tokens).not.toEqual(calls[0]!.prompts.tokens)
  })
})

describe('a short context', () => {
  test('examples are left out until the prompt fits', async () => {
    const { engine, calls } = scriptedEngine(() => ' x?$')
    const proposed = await propose({ ...context(engine, { promptsPerRound: 1 }), maxPositions: 240 })
    const prompt = textOf(calls[0]!.prompts.tokens)
    expect(prompt.length).toBeLessThanOrEqual(140)
    expect(proposed.examplesDropped).toBe(8 - prompt.split('What is').length + 1)
    expect(proposed.examplesDropped).toBeGreaterThan(0)
    expect(prompt.endsWith(`\n${9 - proposed.examplesDropped}.`)).toBe(true)
    const shown = prompt.split('\n').slice(1, -1)
    expect(proposed.proposals[0]!.examples.length).toBe(shown.length)
    for (const [i, id] of proposed.proposals[0]!.examples.entries()) {
      expect(shown[i]).toBe(`${i + 1}. ${seeds.find((seed) => seed.id === id)!.text}`)
    }
  })
  test('the longest are left out first, so that one long question does not push out the rest', async () => {
    const { engine, calls } = scriptedEngine(() => ' x?$')
    const long: Question = { id: 'seed-20', text: `What is ${'1 + '.repeat(200)}1?`, source: 'seed' }
    const few = { ...context(engine, { promptsPerRound: 1 }), seeds: [long, ...seeds.slice(0, 7)], maxPositions: 400 }
    expect((await propose(few)).examplesDropped).toBe(1)
    const prompt = textOf(calls[0]!.prompts.tokens)
    for (const { text } of seeds.slice(0, 7)) expect(prompt).toContain(text)
  })
  test('if not even one fits, the settings to change are named', async () => {
    const { engine } = scriptedEngine(() => '')
    const asked = propose({ ...context(engine), maxPositions: 120 })
    await expect(asked).rejects.toThrow(UserError)
    await expect(asked).rejects.toThrow('lower instruct.maxNewTokens')
  })
})
