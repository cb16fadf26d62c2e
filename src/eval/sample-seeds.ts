import { createHash } from 'node:crypto'
import { createRandom } from '../random.ts'

/**
 * Seeds of a question's samples: they depend on its prompt, not on the other questions, and more samples begin with these.
 * @param key of the prompt
 */
export function sampleSeeds(seed: number, key: string, samples: number): number[] {
  const random = createRandom([seed, 'eval', key])
  return Array.from({ length: samples }, random.uint32)
}

/** A key for each prompt, made from its tokens; a repeated prompt gets a number, so that its samples differ. */
export function promptKeys(prompts: readonly Int32Array[]): string[] {
  const seen = new Map<string, number>()
  return prompts.map((tokens) => {
    const hash = createHash('sha256').update(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength))
    const key = hash.digest('hex').slice(0, 24)
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return times === 1 ? key : `${key}-${times}`
  })
}
