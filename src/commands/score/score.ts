import { counted } from '../../log/counted.ts'
import { statusLine } from '../../log/status-line.ts'
import { type DescribedModel, describeModel } from '../../model/open-model.ts'
import { scoreSequences } from '../../rl/logprobs.ts'
import type { TokenSequence } from '../../rollout/pack.ts'
import type { Trace } from '../../trace/trace.ts'
import { withTraceFile } from '../../trace/trace-file.ts'
import { tracedEngine } from '../../trace/traced-engine.ts'
import { modelSettings } from '../command-line/engine-flags.ts'
import { encodingOf, readSequences } from '../shared/input-lines.ts'
import { type JsonlOutput, printSummary, withJsonlOutput } from '../shared/jsonl-output.ts'
import { openShown } from '../shared/open-shown.ts'
import type { ScoreFlags } from './flags.ts'

// results are written after this many lines: sorting by length needs a window, streaming needs an end to it
const linesPerWindow = 1024

/** `serl score`. */
export async function scoreCommand(flags: ScoreFlags): Promise<number> {
  const described = await describeModel(flags.model)
  const sequences = await readSequences(flags.input, encodingOf(described, flags))
  const inputs = [flags.input]
  const summary = await withTraceFile(flags.trace, { processName: 'serl score', inputs }, (trace) =>
    withJsonlOutput(flags.output, { json: flags.json, inputs }, (output) =>
      scoreAll(described, sequences, output, { flags, trace }),
    ),
  )
  const rate = Math.round(summary.tokensPerSecond)
  const said = `${counted(sequences.length, 'sequence')}, ${counted(summary.tokens, 'token')} in ${summary.seconds.toFixed(1)} s (${rate}/s)`
  printSummary(summary, said, flags)
  return 0
}

async function scoreAll(
  described: DescribedModel,
  sequences: readonly TokenSequence[],
  output: JsonlOutput,
  { flags, trace }: { flags: ScoreFlags; trace: Trace },
) {
  const loading = performance.now()
  const opened = await trace.span('open model', () => openShown(described, modelSettings(flags.model, flags), flags))
  const engine = tracedEngine(opened.engine, trace)
  const loadSeconds = (performance.now() - loading) / 1000
  const status = statusLine(flags.quiet ?? false)
  try {
    const started = performance.now()
    const params = {
      weights: 'policy',
      temperature: 1,
      tokensPerBatch: flags.tokensPerBatch ?? null,
    } as const
    for (let first = 0; first < sequences.length; first += linesPerWindow) {
      const part = sequences.slice(first, first + linesPerWindow)
      status.show('scoring', first, sequences.length)
      const scored = await scoreSequences(engine, part, params)
      await trace.span('write scores', () =>
        output.write(scored.map((logprobs) => ({ logprobs: Array.from(logprobs) }))),
      )
    }
    const seconds = (performance.now() - started) / 1000
    const tokens = sequences.reduce((sum, { tokens }) => sum + tokens.length, 0)
    return { sequences: sequences.length, tokens, loadSeconds, seconds, tokensPerSecond: tokens / seconds }
  } finally {
    status.clear()
    await engine.close()
  }
}
