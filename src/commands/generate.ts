import { UserError } from '../errors.ts'
import { statusLine } from '../log/console.ts'
import { type Completions, FinishReason, type SamplingParams } from '../native/types.ts'
import { rowSeeds } from '../random.ts'
import { packTokens } from '../rollout/pack.ts'
import { type DescribedModel, describeModel, type OpenedModel, openModel, stopTokensOf } from '../train/open-model.ts'
import { type EngineFlags, modelSettings } from './flags.ts'
import { readPrompts } from './input-lines.ts'
import { interruptSignal } from './interrupt.ts'
import { openJsonlOutput, printSummary } from './jsonl-output.ts'

interface GenerateFlags extends EngineFlags {
  readonly model: string
  readonly input: string
  readonly output?: string
  readonly n: number
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly presencePenalty: number
  readonly ignoreEos?: boolean
  readonly raw?: boolean
}

// results are written after so many rows: the engine's queue stays long, and little is lost on Ctrl-C
const rowsPerCall = 2048

/** `serl generate`. */
export async function generateCommand(flags: GenerateFlags): Promise<number> {
  const described = await describeModel(flags.model)
  const prompts = await readGeneratePrompts(described, flags)
  const output = await openJsonlOutput(flags.output, flags.json ?? false)
  const loading = performance.now()
  const opened = await openModel(described, modelSettings(flags.model, flags), false)
  const loadSeconds = (performance.now() - loading) / 1000
  const interrupt = interruptSignal('stopping')
  interrupt.signal.addEventListener('abort', () => opened.engine.cancel())
  const status = statusLine(flags.quiet ?? false)
  try {
    const started = performance.now()
    let newTokens = 0
    const perCall = Math.max(1, Math.floor(rowsPerCall / flags.n))
    for (let first = 0; first < prompts.length && !interrupt.signal.aborted; first += perCall) {
      const part = prompts.slice(first, first + perCall)
      const progress = (done: number, total: number): void => status.show('generating', done, total)
      const completions = await opened.engine.generate(
        packTokens(part),
        sampling(opened, flags, part.length, first),
        progress,
      )
      newTokens += completions.tokens.length
      await output.write(sampleLines(completions, opened, first, flags.n))
    }
    status.clear()
    if (interrupt.signal.aborted) return 130
    const seconds = (performance.now() - started) / 1000
    const summary = {
      prompts: prompts.length,
      samples: prompts.length * flags.n,
      promptTokens: prompts.reduce((sum, prompt) => sum + prompt.length, 0),
      newTokens,
      loadSeconds,
      seconds,
      newTokensPerSecond: newTokens / seconds,
    }
    const rate = Math.round(summary.newTokensPerSecond)
    printSummary(
      summary,
      `${summary.samples} samples, ${newTokens} new tokens in ${seconds.toFixed(1)} s (${rate}/s)`,
      flags,
    )
    return 0
  } finally {
    interrupt.release()
    await output.close()
    await opened.engine.close()
  }
}

async function readGeneratePrompts(opened: DescribedModel, flags: GenerateFlags): Promise<Int32Array[]> {
  const { vocabSize, maxPositionEmbeddings } = opened.checkpoint.config
  const prompts = await readPrompts(flags.input, { tokenizer: opened.tokenizer, vocabSize, raw: flags.raw ?? false })
  const longest = maxPositionEmbeddings - flags.maxNewTokens
  for (const [i, prompt] of prompts.entries()) {
    if (prompt.length <= longest) continue
    throw new UserError(
      `${flags.input}: prompt ${i} has ${prompt.length} tokens, and with --max-new-tokens ${flags.maxNewTokens} ` +
        `the model's ${maxPositionEmbeddings} positions are not enough`,
    )
  }
  return prompts
}

/** Rows are seeded by their place in the input, so that a sample does not depend on how the calls are cut. */
function sampling(opened: OpenedModel, flags: GenerateFlags, prompts: number, first: number): SamplingParams {
  const seeds = rowSeeds(flags.seed ?? 0, 'generate', 0, (first + prompts) * flags.n)
  return {
    samplesPerPrompt: flags.n,
    maxNewTokens: flags.maxNewTokens,
    temperature: flags.temperature,
    topP: flags.topP,
    presencePenalty: flags.presencePenalty,
    stopTokens: flags.ignoreEos ? new Int32Array(0) : stopTokensOf(opened),
    seeds: seeds.slice(first * flags.n),
  }
}

const finishReasons = Object.fromEntries(Object.entries(FinishReason).map(([name, code]) => [code, name]))

function sampleLines(completions: Completions, { tokenizer }: DescribedModel, first: number, n: number): object[] {
  return Array.from(completions.finishReasons, (reason, row) => {
    const [from, to] = [completions.offsets[row], completions.offsets[row + 1]]
    const tokens = completions.tokens.subarray(from, to)
    return {
      index: first + Math.floor(row / n),
      sample: row % n,
      text: tokenizer === null ? null : tokenizer.decode(tokens),
      tokens: Array.from(tokens),
      logprobs: Array.from(completions.logprobs.subarray(from, to)),
      finishReason: finishReasons[reason],
    }
  })
}
