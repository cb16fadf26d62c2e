import { expect, it } from 'vitest'
import { readableSamples } from '../../../../src/commands/generate/readable-samples.ts'

const prompts = [Int32Array.of(72, 105), Int32Array.of(72, 111)]
const tokenizer = { decode: (tokens: ArrayLike<number>) => String.fromCharCode(...Array.from(tokens)) }
const line = (index: number, sample: number, text: string, finishReason: 'stop' | 'length') => ({
  ...{ index, sample, text, finishReason },
  tokens: Array(text.length).fill(1),
  logprobs: Array(text.length).fill(-1),
})

it('shows each prompt once, its responses below, and which were cut off', () => {
  const lines = [line(0, 0, ' yes\n', 'stop'), line(0, 1, 'no', 'length'), line(1, 0, 'ha', 'stop')]
  expect(readableSamples(lines, prompts, tokenizer)).toBe(
    '=== prompt 1\nHi\n\n--- response 1: 5 tokens\nyes\n\n' +
      '--- response 2: 2 tokens, cut off by --max-new-tokens\nno\n\n' +
      '=== prompt 2\nHo\n\n--- response 1: 2 tokens\nha\n\n',
  )
})
