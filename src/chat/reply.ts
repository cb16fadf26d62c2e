import type { Tokenizer } from '../model/tokenizer.ts'
import type { NativeEngine } from '../native/types.ts'
import { rowSeeds } from '../random.ts'
import { packTokens } from '../rollout/pack.ts'
import { finishNames } from '../rollout/rollout.ts'
import { textStream } from './text-stream.ts'

/** A model that is talked to. */
export interface Talker {
  readonly engine: Pick<NativeEngine, 'generate' | 'info'>
  readonly tokenizer: Tokenizer
  readonly stopTokens: Int32Array
}

export interface ReplySampling {
  readonly temperature: number // 0 = greedy
  readonly topP: number
  readonly presencePenalty: number
  readonly maxNewTokens: number
  readonly seed: number
}

/** What a model answered. */
export interface Reply {
  readonly text: string
  readonly newTokens: number
  readonly finishReason: 'stop' | 'length' | 'cancelled'
  readonly seconds: number
}

/**
 * Samples one response. It is that of `generate` for the same seed, whether or not anyone listens.
 * @param turn number of the question, which keys the draws
 * @param onText called with each piece of text as soon as its tokens are drawn
 */
export async function replyTo(
  { engine, tokenizer, stopTokens }: Talker,
  prompt: Int32Array,
  turn: number,
  { seed, ...sampling }: ReplySampling,
  onText: (piece: string) => void,
): Promise<Reply> {
  const started = performance.now()
  const stream = textStream(tokenizer.tokenBytes(engine.info.vocabSize))
  const seeds = rowSeeds(seed, 'chat', turn, 1)
  const params = { ...sampling, samplesPerPrompt: 1, stopTokens, seeds }
  const { tokens, finishReasons } = await engine.generate(
    packTokens([prompt]),
    params,
    undefined,
    undefined,
    (drawn) => {
      for (const token of drawn.tokens) {
        const piece = stream.push(token)
        if (piece !== '') onText(piece)
      }
    },
  )
  const rest = stream.end()
  if (rest !== '') onText(rest)
  const seconds = (performance.now() - started) / 1000
  const text = tokens.length === 0 ? '' : tokenizer.decode(tokens)
  return { text, newTokens: tokens.length, finishReason: finishNames[finishReasons[0]!]!, seconds }
}
