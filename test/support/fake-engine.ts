// NativeEngine without native code: a bigram model (bigram.ts) with analytic gradients, AdamW, a frozen reference,
// tensor files, cancel and close. The contract suite runs on it and on the real engine.
import { open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { SerlError } from '../../src/errors.ts'
import type {
  Completions,
  EngineInfo,
  Loss,
  LossStats,
  MemoryStats,
  NativeEngine,
  OptimizerParams,
  ProgressFn,
  SamplingParams,
  SequenceBatch,
  StepStats,
  TensorFile,
  TensorSource,
  TokenBatch,
} from '../../src/native/types.ts'
import { FinishReason } from '../../src/native/types.ts'
import {
  accumulateToken,
  type Bigram,
  type BigramGradient,
  draw,
  emptyGradient,
  logits,
  logSoftmax,
  uniform,
} from './bigram.ts'
import { checkLoss, checkOptimizer, checkSampling, checkSequences, checkTokens } from './fake-checks.ts'

export const TENSOR_NAMES = ['bigram.table', 'bigram.bias'] as const
const PARTS = ['table', 'bias'] as const

export interface FakeOptions {
  readonly table: Float32Array // [V, V] copied
  readonly bias?: Float32Array // [V] copied; default zeros
  readonly reference?: boolean
}

interface FakeState {
  readonly policy: Bigram
  readonly reference: Bigram | null
  readonly expAvg: Bigram
  readonly expAvgSq: Bigram
  gradient: BigramGradient
  queue: Promise<unknown>
  cancellations: number
  closed: boolean
}

/** Shapes by tensor name, for headers of tensor files. */
export const fakeShapes = (vocabSize: number): Map<string, number[]> =>
  new Map([
    ['bigram.table', [vocabSize, vocabSize]],
    ['bigram.bias', [vocabSize]],
  ])

export function openFakeEngine(options: FakeOptions): NativeEngine {
  const vocabSize = Math.round(Math.sqrt(options.table.length))
  const bigram = (table: Float32Array, bias: Float32Array): Bigram => ({ vocabSize, table, bias })
  const weights = (): Bigram => bigram(options.table.slice(), options.bias?.slice() ?? new Float32Array(vocabSize))
  const zeros = (): Bigram => bigram(new Float32Array(vocabSize ** 2), new Float32Array(vocabSize))
  const state: FakeState = {
    policy: weights(),
    reference: options.reference === true ? weights() : null,
    expAvg: zeros(),
    expAvgSq: zeros(),
    gradient: emptyGradient(vocabSize),
    queue: Promise.resolve(),
    cancellations: 0,
    closed: false,
  }
  const run = <T>(job: () => T | Promise<T>): Promise<T> => {
    if (state.closed) return Promise.reject(new SerlError('CLOSED', 'the engine is closed'))
    const result = state.queue.then(() => setImmediate()).then(job)
    state.queue = result.catch(() => undefined)
    return result
  }
  return {
    info: engineInfo(state.policy),
    generate: (prompts, sampling, onProgress) => {
      const before = state.cancellations
      const isCancelled = (): boolean => state.cancellations !== before
      return run(() => generate(state, { prompts, sampling, onProgress, isCancelled }))
    },
    logprobs: (batch, which, temperature) => run(() => logprobs(state, batch, which, temperature)),
    accumulate: (batch, loss) => run(() => accumulate(state, batch, loss)),
    gradientNorms: () => run(() => Float64Array.from(PARTS, (part) => norm([state.gradient[part]]))),
    step: (optimizer) => run(() => adamStep(state, optimizer)),
    syncReference: () => run(() => copyToReference(state)),
    exportTensors: (files) => run(() => exportFiles(state, files)),
    importTensors: (sources) => run(() => importFiles(state, sources)),
    profile: () => ({ products: 0, attention: 0, elementwise: 0, sampling: 0 }),
    memory: () => memoryOf(state),
    cancel: () => {
      state.cancellations++
    },
    close: async () => {
      state.closed = true
      await state.queue
    },
  }
}

const engineInfo = (policy: Bigram): EngineInfo => ({
  parameters: policy.table.length + policy.bias.length,
  device: 'cpu',
  dtype: 'float32',
  threads: 1,
  tensorNames: TENSOR_NAMES,
})

interface GenerateCall {
  readonly prompts: TokenBatch
  readonly sampling: SamplingParams
  readonly onProgress: ProgressFn | undefined
  readonly isCancelled: () => boolean // since the call was made
}

async function generate(state: FakeState, call: GenerateCall): Promise<Completions> {
  const { prompts, sampling, onProgress } = call
  checkTokens(prompts, state.policy.vocabSize)
  checkSampling(prompts, sampling)
  const total = sampling.seeds.length
  const rows = Array.from({ length: total }, (_, row) => {
    const prompt = Math.floor(row / sampling.samplesPerPrompt)
    return {
      previous: prompts.tokens[prompts.offsets[prompt + 1]! - 1]!,
      tokens: [] as number[],
      logprobs: [] as number[],
      reason: -1,
    }
  })
  for (let position = 0; rows.some((row) => row.reason < 0); position++) {
    if (position % 16 === 0) await setImmediate()
    for (const [i, row] of rows.entries()) {
      if (row.reason >= 0) continue
      if (call.isCancelled()) row.reason = FinishReason.cancelled
      else sampleToken(state.policy, row, sampling, i)
    }
    onProgress?.(rows.filter((row) => row.reason >= 0).length, total)
  }
  const offsets = new Int32Array(total + 1) // [rows + 1]
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.tokens.length
  return {
    tokens: Int32Array.from(rows.flatMap((row) => row.tokens)),
    offsets,
    logprobs: Float32Array.from(rows.flatMap((row) => row.logprobs)),
    finishReasons: Uint8Array.from(rows, (row) => row.reason),
  }
}

function sampleToken(
  policy: Bigram,
  row: { previous: number; tokens: number[]; logprobs: number[]; reason: number },
  sampling: SamplingParams,
  index: number,
): void {
  const greedy = sampling.temperature === 0
  const temperature = greedy ? 1 : sampling.temperature
  const plain = logits(policy, row.previous, temperature)
  const penalised = plain.slice()
  for (const token of new Set(row.tokens)) penalised[token]! -= sampling.presencePenalty / temperature
  const token = greedy
    ? penalised.indexOf(penalised.reduce((a, b) => Math.max(a, b)))
    : draw(logSoftmax(penalised), sampling.topP, uniform(sampling.seeds[index]!, row.tokens.length))
  row.logprobs.push(logSoftmax(plain)[token]!)
  row.tokens.push(token)
  row.previous = token
  if (sampling.stopTokens.includes(token)) row.reason = FinishReason.stop
  else if (row.tokens.length >= sampling.maxNewTokens) row.reason = FinishReason.length
}

/** Calls `visit` for every action token: the token before it, itself, its index among the actions. */
function forEachAction(batch: SequenceBatch, visit: (previous: number, target: number, at: number) => void): void {
  let at = 0
  for (let i = 0; i + 1 < batch.offsets.length; i++) {
    for (let t = batch.offsets[i]! + batch.promptLengths[i]!; t < batch.offsets[i + 1]!; t++) {
      visit(batch.tokens[t - 1]!, batch.tokens[t]!, at++)
    }
  }
}

function logprobs(
  state: FakeState,
  batch: SequenceBatch,
  which: 'policy' | 'reference',
  temperature: number,
): Float32Array {
  const scored = new Float32Array(checkSequences(batch, state.policy.vocabSize))
  const model = state[which]
  if (model === null) throw new SerlError('ARGUMENT', 'the engine was opened without a reference')
  if (!(temperature > 0)) throw new SerlError('ARGUMENT', `temperature ${temperature} must be above 0`)
  forEachAction(batch, (previous, target, at) => {
    scored[at] = logSoftmax(logits(model, previous, temperature))[target]!
  })
  return scored
}

function accumulate(state: FakeState, batch: SequenceBatch, loss: Loss): LossStats {
  checkLoss(loss, checkSequences(batch, state.policy.vocabSize))
  const stats = { tokens: 0, loss: 0, klSum: 0, clippedTokens: 0, entropySum: 0, ratioMax: 0 }
  forEachAction(batch, (previous, target, at) => {
    accumulateToken(state.policy, state.gradient, { previous, target, at }, loss, stats)
  })
  return stats
}

const norm = (parts: readonly Float64Array[]): number =>
  Math.sqrt(parts.reduce((sum, part) => part.reduce((s, g) => s + g * g, sum), 0))

/** AdamW (Loshchilov and Hutter 2019), decoupled decay, clipping by the global norm. */
function adamStep(state: FakeState, optimizer: OptimizerParams): StepStats {
  checkOptimizer(optimizer)
  const { gradient } = state
  state.gradient = emptyGradient(state.policy.vocabSize)
  const gradNorm = norm(PARTS.map((part) => gradient[part]))
  const bad = PARTS.findIndex((part) => !gradient[part].every(Number.isFinite))
  if (bad >= 0) return { gradNorm, nonFinite: TENSOR_NAMES[bad]! }
  const { maxGradNorm, beta1, beta2, lr } = optimizer
  const scale = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + 1e-6)) : 1
  const correction1 = 1 - beta1 ** optimizer.step
  const correction2 = Math.sqrt(1 - beta2 ** optimizer.step)
  for (const part of PARTS) {
    const [weights, m, v] = [state.policy[part], state.expAvg[part], state.expAvgSq[part]]
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[part][i]! * scale
      m[i] = beta1 * m[i]! + (1 - beta1) * g
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g
      const decayed = weights[i]! * (1 - lr * optimizer.weightDecay)
      weights[i] = decayed - (lr / correction1) * (m[i]! / (Math.sqrt(v[i]!) / correction2 + optimizer.eps))
    }
  }
  return { gradNorm, nonFinite: null }
}

function copyToReference(state: FakeState): void {
  if (state.reference === null) throw new SerlError('ARGUMENT', 'the engine was opened without a reference')
  for (const part of PARTS) state.reference[part].set(state.policy[part])
}

/** The array behind a tensor's name. */
function tensor(state: FakeState, name: string): Float32Array {
  const slash = name.indexOf('/')
  const prefix = slash < 0 ? '' : name.slice(0, slash)
  const model = { '': state.policy, reference: state.reference, exp_avg: state.expAvg, exp_avg_sq: state.expAvgSq }[
    prefix
  ]
  const part = PARTS[TENSOR_NAMES.indexOf(name.slice(slash + 1) as (typeof TENSOR_NAMES)[number])]
  if (!model || part === undefined) throw new SerlError('ARGUMENT', `there is no tensor ${name}`)
  return model[part]
}

async function exportFiles(state: FakeState, files: readonly TensorFile[]): Promise<void> {
  for (const file of files) {
    const handle = await open(file.path, 'w')
    try {
      await handle.write(file.header)
      for (const name of file.tensors) await handle.write(new Uint8Array(tensor(state, name).buffer))
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

async function importFiles(state: FakeState, sources: readonly TensorSource[]): Promise<void> {
  for (const source of sources) {
    const values = tensor(state, source.name)
    const bytes = new Uint8Array(values.length * 4)
    if (source.dtype !== 'F32') throw new SerlError('UNSUPPORTED', `${source.name}: ${source.dtype}`)
    if (source.shape.reduce((a, b) => a * b, 1) !== values.length) {
      throw new SerlError('ARGUMENT', `${source.name} has the wrong shape`)
    }
    const handle = await open(source.file, 'r')
    try {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, source.offset)
      if (bytesRead !== bytes.length) throw new SerlError('IO', `${source.file} is cut short`)
    } finally {
      await handle.close()
    }
    values.set(new Float32Array(bytes.buffer))
  }
}

function memoryOf(state: FakeState): MemoryStats {
  const bytes = 4 * (state.policy.table.length + state.policy.bias.length)
  return {
    weightsBytes: bytes,
    referenceBytes: state.reference === null ? 0 : bytes,
    gradientBytes: 2 * bytes,
    optimizerBytes: 2 * bytes,
    kvCacheBytes: 0,
    deviceAllocatedBytes: 0,
    deviceTotalBytes: 0,
  }
}
