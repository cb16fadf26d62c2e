import type { NativeEngine, TokenBatch, WorkProfile } from '../native/types.ts'
import { noTrace, type SpanArgs, type Trace } from './trace.ts'

/**
 * The engine with every job as a span: `engine.NAME`, with tokens, sequences and the seconds that the engine's thread
 * spent in each part of the work meanwhile (right as long as calls do not wait for each other). Without a trace, the
 * engine itself.
 */
export function tracedEngine(engine: NativeEngine, trace: Trace): NativeEngine {
  if (trace === noTrace) return engine
  const job = <T>(name: string, work: () => Promise<T>, args: (result: T) => SpanArgs = () => ({})): Promise<T> => {
    const before = engine.profile()
    return trace.span(`engine.${name}`, work, (result) => ({ ...args(result), ...spent(before, engine.profile()) }))
  }
  return {
    ...engine,
    generate: (prompts, sampling, onProgress, onFinished, onDrawn) =>
      job(
        'generate',
        () => engine.generate(prompts, sampling, onProgress, onFinished, onDrawn),
        ({ tokens, finishReasons }) => ({
          prompts: sequencesOf(prompts),
          promptTokens: prompts.tokens.length,
          rows: finishReasons.length,
          newTokens: tokens.length,
        }),
      ),
    logprobs: (batch, weights, temperature) =>
      job(
        'logprobs',
        () => engine.logprobs(batch, weights, temperature),
        (scored) => ({ weights, ...sizeOf(batch), actionTokens: scored.length }),
      ),
    scores: (batch, weights, temperature) =>
      job(
        'scores',
        () => engine.scores(batch, weights, temperature),
        ({ logprobs }) => ({ weights, ...sizeOf(batch), actionTokens: logprobs.length }),
      ),
    accumulate: (batch, loss) =>
      job(
        'accumulate',
        () => engine.accumulate(batch, loss),
        (stats) => ({ loss: loss.kind, ...sizeOf(batch), actionTokens: stats.tokens }),
      ),
    gradientNorms: () => job('gradientNorms', () => engine.gradientNorms()),
    step: (optimizer) =>
      job(
        'step',
        () => engine.step(optimizer),
        ({ nonFinite }) => ({ step: optimizer.step, nonFinite }),
      ),
    syncReference: () => job('syncReference', () => engine.syncReference()),
    exportTensors: (files) =>
      job(
        'exportTensors',
        () => engine.exportTensors(files),
        () => ({ files: files.length, tensors: files.reduce((sum, { tensors }) => sum + tensors.length, 0) }),
      ),
    importTensors: (sources) =>
      job(
        'importTensors',
        () => engine.importTensors(sources),
        () => ({ tensors: sources.length }),
      ),
  }
}

const sequencesOf = (batch: TokenBatch): number => batch.offsets.length - 1
const sizeOf = (batch: TokenBatch): SpanArgs => ({ sequences: sequencesOf(batch), tokens: batch.tokens.length })

/** `seconds.PART` of each part of the work, to a tenth of a millisecond. */
function spent(before: WorkProfile, after: WorkProfile): SpanArgs {
  const parts = Object.keys(after) as (keyof WorkProfile)[]
  return Object.fromEntries(parts.map((part) => [`seconds.${part}`, round(after[part] - before[part])]))
}

const round = (seconds: number): number => Math.round(seconds * 1e4) / 1e4
