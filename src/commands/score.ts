import { UserError } from '../errors.ts'
import { scoreSequences } from '../rl/logprobs.ts'
import type { TokenSequence } from '../rollout/pack.ts'
import { type DescribedModel, describeModel, openModel } from '../train/open-model.ts'
import { type EngineFlags, modelSettings } from './flags.ts'
import { readSequences } from './input-lines.ts'
import { openJsonlOutput, printSummary } from './jsonl-output.ts'

interface ScoreFlags extends EngineFlags {
  readonly model: string
  readonly input: string
  readonly output?: string
  readonly tokensPerBatch: number
  readonly raw?: boolean
}

// results are written after so many lines: sorting by length needs a window, streaming needs an end to it
const linesPerWindow = 1024

/** `serl score`. */
export async function scoreCommand(flags: ScoreFlags): Promise<number> {
  const described = await describeModel(flags.model)
  const sequences = await readScoreSequences(described, flags)
  const output = await openJsonlOutput(flags.output, flags.json ?? false)
  const loading = performance.now()
  const opened = await openModel(described, modelSettings(flags.model, flags), false)
  const loadSeconds = (performance.now() - loading) / 1000
  try {
    const started = performance.now()
    const params = { weights: 'policy', temperature: 1, tokensPerBatch: flags.tokensPerBatch } as const
    for (let first = 0; first < sequences.length; first += linesPerWindow) {
      const part = sequences.slice(first, first + linesPerWindow)
      const scored = await scoreSequences(opened.engine, part, params)
      await output.write(scored.map((logprobs) => ({ logprobs: Array.from(logprobs) })))
    }
    const seconds = (performance.now() - started) / 1000
    const tokens = sequences.reduce((sum, { tokens }) => sum + tokens.length, 0)
    const summary = { sequences: sequences.length, tokens, loadSeconds, seconds, tokensPerSecond: tokens / seconds }
    const rate = Math.round(summary.tokensPerSecond)
    printSummary(
      summary,
      `${sequences.length} sequences, ${tokens} tokens in ${seconds.toFixed(1)} s (${rate}/s)`,
      flags,
    )
    return 0
  } finally {
    await output.close()
    await opened.engine.close()
  }
}

async function readScoreSequences(opened: DescribedModel, flags: ScoreFlags): Promise<TokenSequence[]> {
  const { vocabSize, maxPositionEmbeddings } = opened.checkpoint.config
  const sequences = await readSequences(flags.input, {
    tokenizer: opened.tokenizer,
    vocabSize,
    raw: flags.raw ?? false,
  })
  for (const [i, { tokens }] of sequences.entries()) {
    if (tokens.length <= maxPositionEmbeddings) continue
    throw new UserError(
      `${flags.input}: sequence ${i} has ${tokens.length} tokens; the model has ${maxPositionEmbeddings} positions`,
    )
  }
  return sequences
}
