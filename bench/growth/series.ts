import type { NativeEngine } from '../../src/native/types.ts'
import { createRandom } from '../../src/random.ts'
import { packSequences, packTokens, type TokenSequence } from '../../src/rollout/pack.ts'

export type Call = 'generate' | 'logprobs' | 'accumulate'

/** Sizes of one engine call. */
export interface Shape {
  readonly prompts: number
  readonly samples: number // per prompt
  readonly promptTokens: number
  readonly newTokens: number // per sample
}

/** Shapes that differ in one size. */
export interface Series {
  readonly name: string
  readonly of: string // the size that grows
  readonly sizes: readonly number[]
  shape(size: number): Shape
}

const doubling = (from: number, to: number): number[] => {
  const sizes: number[] = []
  for (let size = from; size <= to; size *= 2) sizes.push(size)
  return sizes
}

/** @param maxPositions of the model; the longest prompt leaves room for the new tokens */
export function allSeries(maxPositions: number): Series[] {
  const newTokens = 16
  const longest = Math.min(4096, maxPositions - newTokens)
  const lengths = doubling(64, longest)
  return [
    {
      name: `samples per prompt (1 prompt of 64 tokens, ${newTokens} new)`,
      of: 'samples',
      sizes: doubling(1, 64),
      shape: (samples) => ({ prompts: 1, samples, promptTokens: 64, newTokens }),
    },
    {
      name: `tokens per prompt (1 prompt, 2 samples, ${newTokens} new)`,
      of: 'tokens',
      sizes: lengths.at(-1)! * 1.5 < longest ? [...lengths, longest] : lengths,
      shape: (promptTokens) => ({ prompts: 1, samples: 2, promptTokens, newTokens }),
    },
    {
      name: 'prompts (16 tokens, 1 sample, 8 new)',
      of: 'prompts',
      sizes: doubling(1, 512),
      shape: (prompts) => ({ prompts, samples: 1, promptTokens: 16, newTokens: 8 }),
    },
  ]
}

/** A call on random prompts and responses of a shape. */
export function prepare(engine: NativeEngine, call: Call, shape: Shape, vocabSize: number): () => Promise<unknown> {
  const random = createRandom(['growth', shape.prompts, shape.promptTokens])
  const draw = (length: number): Int32Array => Int32Array.from({ length }, () => 3 + random.below(vocabSize - 3))
  const prompts = Array.from({ length: shape.prompts }, () => draw(shape.promptTokens))
  if (call === 'generate') return generating(engine, prompts, shape)
  const sequences: TokenSequence[] = prompts.flatMap((prompt) =>
    Array.from({ length: shape.samples }, () => ({
      tokens: Int32Array.from([...prompt, ...draw(shape.newTokens)]), // [promptTokens + newTokens]
      promptLength: shape.promptTokens,
    })),
  )
  const batch = packSequences(sequences)
  if (call === 'logprobs') return () => engine.logprobs(batch, 'policy', 1)
  return () => engine.accumulate(batch, { kind: 'nll', normalizer: sequences.length * shape.newTokens })
}

function generating(engine: NativeEngine, prompts: readonly Int32Array[], shape: Shape): () => Promise<unknown> {
  const batch = packTokens(prompts)
  const seeds = Uint32Array.from({ length: shape.prompts * shape.samples }, (_, i) => i) // [prompts * samples]
  return () =>
    engine.generate(batch, {
      samplesPerPrompt: shape.samples,
      maxNewTokens: shape.newTokens,
      temperature: 1,
      topP: 1,
      presencePenalty: 0,
      stopTokens: new Int32Array(0),
      seeds,
    })
}
