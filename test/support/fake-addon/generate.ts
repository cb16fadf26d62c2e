import { setImmediate } from 'node:timers/promises'
import {
  type Completions,
  type DrawnFn,
  type FinishedFn,
  FinishReason,
  type ProgressFn,
  type SamplingParams,
  type StopStrings,
  type TokenBatch,
} from '../../../src/native/types.ts'
import { type Bigram, draw, logits, logSoftmax, uniform } from './bigram.ts'

export interface GenerateCall {
  readonly prompts: TokenBatch
  readonly sampling: SamplingParams
  readonly onProgress: ProgressFn | undefined
  readonly onFinished: FinishedFn | undefined
  readonly onDrawn: DrawnFn | undefined
  readonly isCancelled: () => boolean // since the call was made
}

interface Row {
  previous: number
  readonly tokens: number[]
  readonly logprobs: number[]
  tail: Uint8Array // bytes so far, for stop strings
  reason: number // -1: not ended yet
}

export async function generate(policy: Bigram, call: GenerateCall): Promise<Completions> {
  const { prompts, sampling, onProgress, onFinished, onDrawn } = call
  const total = sampling.seeds.length
  const rows = Array.from({ length: total }, (_, row): Row => {
    const prompt = Math.floor(row / sampling.samplesPerPrompt)
    return {
      previous: prompts.tokens[prompts.offsets[prompt + 1]! - 1]!,
      tokens: [],
      logprobs: [],
      tail: new Uint8Array(),
      reason: -1,
    }
  })
  const unfinished = new Set(Array.from({ length: prompts.offsets.length - 1 }, (_, prompt) => prompt))
  const rowsOf = (prompt: number): Row[] =>
    rows.slice(prompt * sampling.samplesPerPrompt, (prompt + 1) * sampling.samplesPerPrompt)
  for (let position = 0; rows.some((row) => row.reason < 0); position++) {
    if (position % 16 === 0) await setImmediate()
    const drawn: number[] = []
    for (const [i, row] of rows.entries()) {
      if (row.reason >= 0) continue
      if (call.isCancelled()) row.reason = FinishReason.cancelled
      else {
        sampleToken(policy, row, sampling, i)
        drawn.push(i)
      }
    }
    if (drawn.length > 0)
      onDrawn?.({ rows: Int32Array.from(drawn), tokens: Int32Array.from(drawn, (i) => rows[i]!.tokens.at(-1)!) })
    const ended = [...unfinished].filter((prompt) => rowsOf(prompt).every((row) => row.reason >= 0))
    for (const prompt of ended) unfinished.delete(prompt)
    const whole = ended.filter((prompt) => rowsOf(prompt).every((row) => row.reason !== FinishReason.cancelled))
    if (whole.length > 0) onFinished?.({ ...pack(whole.flatMap(rowsOf)), prompts: Int32Array.from(whole) })
    onProgress?.(rows.filter((row) => row.reason >= 0).length, total)
  }
  return pack(rows)
}

function pack(rows: readonly Row[]): Completions {
  const offsets = new Int32Array(rows.length + 1) // [rows + 1]
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.tokens.length
  return {
    tokens: Int32Array.from(rows.flatMap((row) => row.tokens)),
    offsets,
    logprobs: Float32Array.from(rows.flatMap((row) => row.logprobs)),
    finishReasons: Uint8Array.from(rows, (row) => row.reason),
  }
}

function sampleToken(policy: Bigram, row: Row, sampling: SamplingParams, index: number): void {
  const greedy = sampling.temperature === 0
  const temperature = greedy ? 1 : sampling.temperature
  const plain = logits(policy, row.previous, temperature)
  const penalised = plain.slice()
  for (const token of new Set(row.tokens)) penalised[token]! -= sampling.presencePenalty / temperature
  const token = greedy
    ? Math.max(0, penalised.indexOf(penalised.reduce((a, b) => Math.max(a, b)))) // no NaN is found
    : draw(logSoftmax(penalised), sampling.topP, uniform(sampling.seeds[index]!, row.tokens.length))
  row.logprobs.push(logSoftmax(plain)[token]!)
  row.tokens.push(token)
  row.previous = token
  if (sampling.stopTokens.includes(token) || completesStop(row, token, sampling.stopStrings))
    row.reason = FinishReason.stop
  else if (row.tokens.length >= sampling.maxNewTokens) row.reason = FinishReason.length
}

function completesStop(row: Row, token: number, stops: StopStrings | undefined): boolean {
  if (stops === undefined) return false
  const { strings, tokenBytes, tokenOffsets } = stops
  const bytes = tokenBytes.subarray(tokenOffsets[token], tokenOffsets[token + 1])
  const tail = Buffer.concat([row.tail, bytes])
  row.tail = tail
  return strings.some((text) => tail.includes(Buffer.from(text)))
}
