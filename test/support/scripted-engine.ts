import type { Completions, NativeEngine } from '../../src/native/types.ts'
import { byteTokenizer, EOS } from './byte-tokenizer.ts'

/**
 * An engine that answers some prompts from a script, and every other call itself.
 * @param script responses by a text that the prompt contains, in the order of the samples; an empty one is cut off
 */
export const scriptedEngine =
  (script: Readonly<Record<string, readonly string[]>>) =>
  (engine: NativeEngine): NativeEngine => ({
    ...engine,
    generate: async (prompts, sampling, onProgress) => {
      const rows: string[] = []
      for (let i = 0; i + 1 < prompts.offsets.length; i++) {
        const prompt = byteTokenizer.decode(prompts.tokens.slice(prompts.offsets[i], prompts.offsets[i + 1]))
        const key = Object.keys(script).find((part) => prompt.includes(part))
        if (key === undefined) return engine.generate(prompts, sampling, onProgress)
        rows.push(...script[key]!.slice(0, sampling.samplesPerPrompt))
      }
      return completionsOf(rows)
    },
  })

function completionsOf(texts: readonly string[]): Completions {
  const rows = texts.map((text) => (text === '' ? [63] : [...Buffer.from(text), EOS])) // a question mark
  const offsets = [0]
  for (const row of rows) offsets.push(offsets.at(-1)! + row.length)
  return {
    tokens: Int32Array.from(rows.flat()),
    offsets: Int32Array.from(offsets),
    logprobs: new Float32Array(offsets.at(-1)!),
    finishReasons: Uint8Array.from(texts, (text) => Number(text === '')), // FinishReason
  }
}
