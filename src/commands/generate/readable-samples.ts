import { once } from 'node:events'
import type { Tokenizer } from '../../model/tokenizer.ts'

/** A line of `serl generate`. */
export interface SampleLine {
  readonly index: number // of the prompt in the input
  readonly sample: number // 0 to n - 1
  readonly text: string | null // null: the folder has no tokenizer
  readonly tokens: readonly number[] // new ones only
  readonly logprobs: readonly number[]
  readonly finishReason: 'stop' | 'length' | 'cancelled'
}

const ends = { stop: '', length: ', cut off by --max-new-tokens', cancelled: ', interrupted' }

/**
 * Readable samples, each prompt once above its samples.
 * @param prompts [prompts of the input] of [P] tokens; shown without special tokens
 */
export const readableSamples = (
  lines: readonly SampleLine[],
  prompts: readonly Int32Array[],
  tokenizer: Pick<Tokenizer, 'decode'>,
): string =>
  lines
    .map(({ index, sample, text, tokens, finishReason }) => {
      const prompt = sample === 0 ? `=== prompt ${index + 1}\n${tokenizer.decode(prompts[index]!).trimEnd()}\n\n` : ''
      const heading = `--- response ${sample + 1}: ${tokens.length} tokens${ends[finishReason]}`
      return `${prompt}${heading}\n${text!.trim()}\n\n`
    })
    .join('')

/** Writes them to stdout. */
export async function showSamples(...shown: Parameters<typeof readableSamples>): Promise<void> {
  if (!process.stdout.write(readableSamples(...shown))) await once(process.stdout, 'drain')
}
