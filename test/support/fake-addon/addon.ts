// The addon without native code: a bigram model (bigram.ts) with analytic gradients, AdamW, a frozen reference, tensor
// files, cancel and close. Arguments are checked before they come here, by the openEngine that the real one is behind.
import { setImmediate } from 'node:timers/promises'
import type { Addon, AddonEngine } from '../../../src/native/binding.ts'
import type {
  Completions,
  DrawnFn,
  EngineOptions,
  FinishedFn,
  Loss,
  LossStats,
  MemoryStats,
  OptimizerParams,
  ProgressFn,
  SamplingParams,
  SequenceBatch,
  StepStats,
  TensorFile,
  TensorSource,
  TokenBatch,
  TokenScores,
  WorkProfile,
} from '../../../src/native/types.ts'
import { generate } from './generate.ts'
import { type BigramState, type BigramWeights, memoryOf, newState, referenceOf, tensorNames } from './state.ts'
import { exportTensors, importTensors } from './tensor-files.ts'
import { accumulate, adamStep, gradientNorms, scores, syncReference } from './training.ts'

/** Its engines have these weights, whatever files they are opened on. */
export const fakeAddon = (weights: BigramWeights): Addon => ({
  abi: 0,
  libtorch: 'none',
  Engine: class extends BigramEngine {
    constructor() {
      super(weights)
    }
  },
  cudaDevices: () => 0,
  threads: () => 1,
  tryLock: () => true,
  exitNow: (code) => process.exit(code),
})

class BigramEngine implements AddonEngine {
  readonly #weights: BigramWeights
  #state!: BigramState // from open on
  #queue: Promise<unknown> = Promise.resolve()
  #cancellations = 0

  constructor(weights: BigramWeights) {
    this.#weights = weights
  }

  async open({ model, reference }: EngineOptions) {
    this.#state = newState(this.#weights, model.vocabSize, reference)
    const { table, bias } = this.#state.policy
    return { parameters: table.length + bias.length, tensorNames, threads: 1, sharesPrompts: true }
  }

  generate(
    prompts: TokenBatch,
    sampling: SamplingParams,
    onProgress?: ProgressFn,
    onFinished?: FinishedFn,
    onDrawn?: DrawnFn,
  ): Promise<Completions> {
    const before = this.#cancellations
    const isCancelled = (): boolean => this.#cancellations !== before
    return this.#run((state) =>
      generate(state.policy, { prompts, sampling, onProgress, onFinished, onDrawn, isCancelled }),
    )
  }

  async logprobs(batch: SequenceBatch, reference: boolean, temperature: number): Promise<Float32Array> {
    return (await this.scores(batch, reference, temperature)).logprobs
  }

  scores(batch: SequenceBatch, reference: boolean, temperature: number): Promise<TokenScores> {
    return this.#run((state) => scores(reference ? referenceOf(state) : state.policy, batch, temperature))
  }

  accumulate(batch: SequenceBatch, loss: Loss): Promise<LossStats> {
    return this.#run((state) => accumulate(state, batch, loss))
  }

  gradientNorms(): Promise<Float64Array> {
    return this.#run(gradientNorms)
  }

  step(optimizer: OptimizerParams): Promise<StepStats> {
    return this.#run((state) => adamStep(state, optimizer))
  }

  syncReference(): Promise<void> {
    return this.#run(syncReference)
  }

  exportTensors(files: readonly TensorFile[]): Promise<void> {
    return this.#run((state) => exportTensors(state, files))
  }

  importTensors(sources: readonly TensorSource[]): Promise<void> {
    return this.#run((state) => importTensors(state, sources))
  }

  memory(): MemoryStats {
    return memoryOf(this.#state)
  }

  profile(): WorkProfile {
    return { products: 0, attention: 0, elementwise: 0, sampling: 0 }
  }

  cancel(): void {
    this.#cancellations++
  }

  async close(): Promise<void> {
    await this.#queue
  }

  /** One job at a time, in the order of the calls. */
  #run<T>(job: (state: BigramState) => T | Promise<T>): Promise<T> {
    const result = this.#queue.then(() => setImmediate()).then(() => job(this.#state))
    this.#queue = result.catch(() => undefined)
    return result
  }
}
