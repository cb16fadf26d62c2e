import { SerlError } from '../errors.ts'
import type { NativeEngine } from '../native/types.ts'

/** Whose weights an engine has. */
export interface WeightsOrigin {
  readonly dir: string
  /** All were checked when loaded: a later non-finite weight comes from training. */
  readonly checked: boolean
}

/**
 * The engine, whose log-probabilities are finite numbers: the first that is not one rejects the call with NOT_FINITE.
 * The message says where the weights come from and what to do about them.
 */
export function finiteEngine(engine: NativeEngine, origin: WeightsOrigin): NativeEngine {
  const advice = origin.checked ? diverged : damaged
  return {
    ...engine,
    generate: (prompts, sampling, onProgress, onFinished, onDrawn) =>
      explained(origin, advice, async () => {
        const completions = await engine.generate(prompts, sampling, onProgress, onFinished, onDrawn)
        requireFinite(completions.logprobs)
        return completions
      }),
    logprobs: (batch, weights, temperature) =>
      explained(origin, advice, async () => {
        const scored = await engine.logprobs(batch, weights, temperature)
        requireFinite(scored)
        return scored
      }),
    scores: (batch, weights, temperature) =>
      explained(origin, advice, async () => {
        const scored = await engine.scores(batch, weights, temperature)
        requireFinite(scored.logprobs)
        return scored
      }),
  }
}

/** Opens an engine; weights that are not finite are explained as finiteEngine does. */
export const openFinite = async (origin: WeightsOrigin, open: () => Promise<NativeEngine>): Promise<NativeEngine> =>
  finiteEngine(await explained(origin, damaged, open), origin)

const damaged =
  'The checkpoint is damaged, or its training has diverged: download it again, or use an earlier checkpoint'
const diverged = 'The training has diverged: continue from an earlier checkpoint, with a lower learning rate'

async function explained<T>({ dir }: WeightsOrigin, advice: string, job: () => Promise<T>): Promise<T> {
  try {
    return await job()
  } catch (cause) {
    if (!(cause instanceof SerlError) || cause.code !== 'NOT_FINITE') throw cause
    throw new SerlError('NOT_FINITE', `${dir}: ${cause.message}. ${advice}`, { cause })
  }
}

function requireFinite(logprobs: Float32Array): void {
  const at = logprobs.findIndex((logprob) => !Number.isFinite(logprob))
  if (at < 0) return
  throw new SerlError('NOT_FINITE', `the model gives a token the log-probability ${logprobs[at]}, which is not finite`)
}
