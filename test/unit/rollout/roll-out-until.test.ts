import { describe, expect, it } from 'vitest'
import type { Completions, FinishedPrompts, NativeEngine } from '../../../src/native/types.ts'
import { packTokens } from '../../../src/rollout/pack.ts'
import { rollOutUntil } from '../../../src/rollout/roll-out-until.ts'
import { rollOut } from '../../../src/rollout/rollout.ts'
import { byteTokenizer, EOS } from '../../support/byte-tokenizer.ts'
import { fakeModel } from '../../support/fake-model.ts'

const prompted = ['ab\n=', 'cd\n=', 'ef\n=', 'gh\n=', 'ba\n='].map((text, i) => ({
  question: { id: `q${i}`, text, source: 'self' as const },
  promptTokens: byteTokenizer.encode(text),
}))

const params = (seed = 1) => ({
  ...{ samplesPerPrompt: 2, maxNewTokens: 40, temperature: 1, topP: 1, presencePenalty: 0 },
  stopTokens: Int32Array.of(EOS),
  seeds: Uint32Array.from({ length: 10 }, (_, i) => seed * 100 + i),
})

const rowsOf = (texts: readonly string[]): Completions => {
  const packed = packTokens(texts.map((text) => Int32Array.from(Buffer.from(text))))
  return { ...packed, logprobs: new Float32Array(packed.tokens.length), finishReasons: new Uint8Array(texts.length) }
}

/** An engine that finishes these prompts, one decode step after the other; a prompt's responses are its number. */
async function scripted(steps: readonly (readonly number[])[], end: () => Promise<void> = async () => {}) {
  const { engine } = await fakeModel(false)
  const seen = { cancelled: 0 }
  const generate: NativeEngine['generate'] = async (prompts, sampling, _, onFinished) => {
    for (const finished of steps) {
      const rows = rowsOf(finished.flatMap((prompt) => Array(sampling.samplesPerPrompt).fill(String(prompt))))
      onFinished?.({ ...rows, prompts: Int32Array.from(finished) } satisfies FinishedPrompts)
    }
    await end()
    return rowsOf(Array(prompts.offsets.length - 1).fill('?'))
  }
  const cancel = (): void => void seen.cancelled++
  return { tools: { engine: { ...engine, generate, cancel }, tokenizer: byteTokenizer }, seen }
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describe('answering until enough groups are finished', () => {
  it('judges step by step, cancels, and gives back what had ended by then, in the order of the prompts', async () => {
    const { tools, seen } = await scripted([[3], [0, 4], [1], [2]])
    const judged: string[][] = []
    const groups = await rollOutUntil(tools, prompted, params(), async (finished) => {
      judged.push(finished.map(({ question }) => question.id))
      await later()
      return judged.length === 2
    })
    expect(judged).toEqual([['q3'], ['q0', 'q4']]) // the engine had finished all before the first verdict
    expect(groups.map(({ question }) => question.id)).toEqual(['q0', 'q3', 'q4'])
    expect(groups.map(({ responses }) => responses.map(({ text }) => text))).toEqual([
      ['0', '0'],
      ['3', '3'],
      ['4', '4'],
    ])
    expect(seen.cancelled).toBe(1)
  })

  it('is rollOut where it is never enough', async () => {
    const model = await fakeModel(false)
    for (const seed of [1, 2, 3]) {
      const all = await rollOut(model.engine, model.tokenizer, prompted, params(seed))
      expect(await rollOutUntil(model, prompted, params(seed), async () => false)).toEqual(all)
    }
    expect(await rollOutUntil(model, [], params(), async () => false)).toEqual([])
  })

  it('ends with the error of a judge, having cancelled, or with that of the engine', async () => {
    const { tools, seen } = await scripted([[3], [0]], later)
    const judge = async (): Promise<boolean> => {
      throw new Error('no verdict')
    }
    await expect(rollOutUntil(tools, prompted, params(), judge)).rejects.toThrow('no verdict')
    expect(seen.cancelled).toBeGreaterThan(0)
    const failing = await scripted([[3]], () => Promise.reject(new Error('no memory')))
    await expect(rollOutUntil(failing.tools, prompted, params(), async () => false)).rejects.toThrow('no memory')
  })
})
