import { UserError } from '../../errors.ts'
import { counted } from '../../log/counted.ts'
import { statusLine } from '../../log/status-line.ts'
import { type DescribedModel, describeModel, type OpenedModel, stopTokensOf } from '../../model/open-model.ts'
import { today } from '../../model/template-date.ts'
import { MOST_CALL_TOKENS } from '../../native/bounds.ts'
import { type Completions, FinishReason, type SamplingParams } from '../../native/types.ts'
import { rowSeeds } from '../../random.ts'
import { packTokens } from '../../rollout/pack.ts'
import { finishNames } from '../../rollout/rollout.ts'
import type { Trace } from '../../trace/trace.ts'
import { withTraceFile } from '../../trace/trace-file.ts'
import { tracedEngine } from '../../trace/traced-engine.ts'
import { modelSettings } from '../command-line/engine-flags.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { encodingOf, readPrompts } from '../shared/input-lines.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { type JsonlOutput, printSummary, withJsonlOutput } from '../shared/jsonl-output.ts'
import { openShown } from '../shared/open-shown.ts'
import type { GenerateFlags } from './flags.ts'
import { type SampleLine, showSamples } from './readable-samples.ts'

// results are written after this many rows: the engine's queue stays long, and little is lost on Ctrl-C
const rowsPerCall = 2048

/** `serl generate`. */
export async function generateCommand(flags: GenerateFlags): Promise<number> {
  const described = await describeModel(flags.model, flags.date ?? today())
  warnOfEos(described, flags)
  if (flags.text) requireReadable(described, flags)
  const prompts = (await readPrompts(flags.input, encodingOf(described, flags))).slice(0, flags.limit)
  if (prompts.length * flags.n >= 2 ** 31) {
    throw new UserError(
      `--n ${flags.n}: ${prompts.length} prompts make ${prompts.length * flags.n} samples, which is too many`,
    )
  }
  if (flags.n * flags.maxNewTokens > MOST_CALL_TOKENS) {
    throw new UserError(
      `--n ${flags.n} with --max-new-tokens ${flags.maxNewTokens} makes ${flags.n * flags.maxNewTokens} tokens for a ` +
        `prompt, which may have ${MOST_CALL_TOKENS}: lower one of them`,
    )
  }
  const interrupt = interruptSignal('stopping: the samples so far are kept')
  try {
    const inputs = [flags.input]
    const summary = await withTraceFile(flags.trace, { processName: 'serl generate', inputs }, (trace) =>
      withJsonlOutput(flags.output, { json: flags.json, inputs }, (output) =>
        generateAll(described, prompts, output, { flags, trace, signal: interrupt.signal }),
      ),
    )
    if (summary.interrupted) {
      process.stderr.write(`${interruptedText(summary, flags.output)}\n`)
      return 130
    }
    const { samples, newTokens, seconds, newTokensPerSecond } = summary
    const rate = Math.round(newTokensPerSecond)
    printSummary(
      summary,
      `${counted(samples, 'sample')}, ${counted(newTokens, 'new token')} in ${seconds.toFixed(1)} s (${rate}/s)`,
      flags,
    )
    return 0
  } finally {
    interrupt.release()
  }
}

/** How far it came before it was stopped. */
interface Interruption {
  readonly interrupted: true
  readonly complete: number
  readonly written: number // with those that are cut short
  readonly wanted: number
}

function interruptedText({ complete, written, wanted }: Interruption, output: string | undefined): string {
  const where = output === undefined ? '' : `: they are in ${output}`
  const cut = written - complete
  const rest = cut === 0 ? '' : `, with ${cut} cut short ("finishReason": "cancelled")`
  return `stopped: ${complete} of ${counted(wanted, 'response')} ${complete === 1 ? 'is' : 'are'} complete${where}${rest}`
}

async function generateAll(
  described: DescribedModel,
  prompts: readonly Int32Array[],
  output: JsonlOutput,
  { flags, trace, signal }: { flags: GenerateFlags; trace: Trace; signal: AbortSignal },
) {
  const loading = performance.now()
  const opened = await trace.span('open model', () => openShown(described, modelSettings(flags.model, flags), flags))
  const engine = tracedEngine(opened.engine, trace)
  const loadSeconds = (performance.now() - loading) / 1000
  const cancel = (): void => opened.engine.cancel()
  signal.addEventListener('abort', cancel)
  const status = statusLine(flags.quiet ?? false)
  try {
    const started = performance.now()
    let newTokens = 0
    let [complete, written] = [0, 0]
    const rows = Math.min(rowsPerCall, Math.floor(MOST_CALL_TOKENS / flags.maxNewTokens))
    const perCall = Math.max(1, Math.floor(rows / flags.n))
    for (let first = 0; first < prompts.length && !signal.aborted; first += perCall) {
      const part = prompts.slice(first, first + perCall)
      const params = sampling(opened, flags, part.length, first)
      const completions = await engine.generate(packTokens(part), params, (done, total) =>
        status.show('generating', done, total),
      )
      newTokens += completions.tokens.length
      written += completions.finishReasons.length
      complete += completions.finishReasons.filter((reason) => reason !== FinishReason.cancelled).length
      await trace.span('write samples', async () => {
        const lines = sampleLines(completions, opened, first, flags.n)
        if (flags.text) await showSamples(lines, prompts, opened.tokenizer!)
        else await output.write(lines)
      })
    }
    const wanted = prompts.length * flags.n
    if (signal.aborted) return { interrupted: true, complete, written, wanted } satisfies Interruption
    const seconds = (performance.now() - started) / 1000
    return {
      prompts: prompts.length,
      samples: wanted,
      promptTokens: prompts.reduce((sum, prompt) => sum + prompt.length, 0),
      newTokens,
      loadSeconds,
      seconds,
      newTokensPerSecond: newTokens / seconds,
    }
  } finally {
    status.clear()
    signal.removeEventListener('abort', cancel)
    await opened.engine.close()
  }
}

/** Rows are seeded by their place in the input, so that a sample does not depend on how calls are split. */
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

/** @throws UserError if text cannot be shown, or other flags exclude it */
function requireReadable({ tokenizer, checkpoint }: DescribedModel, { output, json }: GenerateFlags): void {
  if (output !== undefined) throw new UserError('--text prints to stdout and --output writes JSONL: omit one of them')
  if (json) throw new UserError('--text and --json both write to stdout: omit one of them')
  if (tokenizer === null)
    throw new UserError(`--text needs a tokenizer: there is no tokenizer.json in ${checkpoint.dir}`)
}

function sampleLines(completions: Completions, { tokenizer }: DescribedModel, first: number, n: number): SampleLine[] {
  return Array.from(completions.finishReasons, (reason, row) => {
    const [from, to] = [completions.offsets[row], completions.offsets[row + 1]]
    const tokens = completions.tokens.subarray(from, to)
    return {
      index: first + Math.floor(row / n),
      sample: row % n,
      text: tokenizer === null ? null : tokenizer.decode(tokens),
      tokens: Array.from(tokens),
      logprobs: Array.from(completions.logprobs.subarray(from, to)),
      finishReason: finishNames[reason]!,
    }
  })
}
