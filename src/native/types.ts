// The whole native boundary. Imports nothing.
//
// TypeScript owns every decision and every file format; C++ owns tensors, device and threads. Ragged batches cross
// packed: sequence i is tokens[offsets[i] .. offsets[i + 1]). Logits never cross.

export type Dtype = 'float32' | 'bfloat16'
export type Device = 'cpu' | `cuda:${number}`

/** A decoder-only transformer as numbers (see model/hf-config.ts for how config.json becomes this). */
export interface ModelConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly numHiddenLayers: number
  readonly numAttentionHeads: number
  readonly numKeyValueHeads: number
  readonly headDim: number
  readonly maxPositionEmbeddings: number
  readonly rmsNormEps: number
  readonly tieWordEmbeddings: boolean
  readonly qkvBias: boolean
  readonly attentionOutputBias: boolean
  readonly mlpBias: boolean
  readonly qkNorm: boolean
  /** [numHiddenLayers] keys a query sees, itself included; 0 = all. */
  readonly slidingWindows: Int32Array
  /** [headDim / 2] radians per position. */
  readonly ropeFrequencies: Float32Array
  /** Multiplies cos and sin (yarn); 1 otherwise. */
  readonly ropeScale: number
}

/** Where one tensor's bytes lie: contiguous, little-endian, row-major. */
export interface TensorSource {
  readonly name: string
  readonly file: string
  readonly offset: number // bytes from the start of the file
  readonly dtype: 'F32' | 'F16' | 'BF16'
  readonly shape: readonly number[]
}

/** A file to write: header bytes, then the named tensors one after the other in their own dtype. */
export interface TensorFile {
  readonly path: string
  readonly header: Uint8Array
  readonly tensors: readonly string[]
}

export interface EngineOptions {
  readonly model: ModelConfig
  readonly weights: readonly TensorSource[]
  readonly device: Device
  readonly dtype: Dtype
  /** Also keep frozen weights, a copy of the policy's, for KL. */
  readonly reference: boolean
  /** Upper bound of the KV cache, in bytes; rows wait when it is full. */
  readonly kvCacheBytes: number
  /** CPU threads, at most 1024 (bounds.ts); 0 = as many as the process began with: all cores, or OMP_NUM_THREADS. */
  readonly threads: number
  /** Tensor operations, as on CUDA, instead of the fused CPU kernels: slower, same results except for rounding. */
  readonly portableKernels?: boolean
  /** Keep only the layers' inputs and recompute each layer in the backward pass: slower, less memory. Default false. */
  readonly activationCheckpointing?: boolean
  /** Check every weight while it is loaded; NaN or infinity rejects with NOT_FINITE and the tensor. Default false. */
  readonly checkWeights?: boolean
}

export interface TokenBatch {
  readonly tokens: Int32Array // [T]
  readonly offsets: Int32Array // [n + 1], 0 first, T last
}

/** Prompt + completion. Action tokens sit at or after promptLengths[i] >= 1; A = T - sum(promptLengths). */
export interface SequenceBatch extends TokenBatch {
  readonly promptLengths: Int32Array // [n]
}

export interface SamplingParams {
  readonly samplesPerPrompt: number
  readonly maxNewTokens: number
  readonly temperature: number // 0 = greedy
  readonly topP: number // (0, 1], 1 = off
  readonly presencePenalty: number // taken from the logit of every token already generated in the row; 0 = off
  readonly stopTokens: Int32Array // a drawn stop token is kept as the row's last token
  readonly seeds: Uint32Array // [n * samplesPerPrompt]: a single row can be reproduced
  readonly stopStrings?: StopStrings // default none
}

/** Texts that end a row: the token that completes one is the row's last. Matched on the bytes of its tokens. */
export interface StopStrings {
  readonly strings: readonly string[] // at most 64, of 1 to 1024 bytes in UTF-8
  readonly tokenBytes: Uint8Array // of every token, one after the other
  readonly tokenOffsets: Int32Array // [vocabSize + 1] into tokenBytes
}

export const FinishReason = { stop: 0, length: 1, cancelled: 2 } as const

/** Row = prompt * samplesPerPrompt + sample; the new tokens only. */
export interface Completions extends TokenBatch {
  /** [T] log-probability of each drawn token: temperature-scaled, before top-p and penalty (greedy: temperature 1). */
  readonly logprobs: Float32Array
  readonly finishReasons: Uint8Array // [rows]
}

/** Prompts of a running generate whose last samples ended with tokens drawn together; row = i * samplesPerPrompt + sample. */
export interface FinishedPrompts extends Completions {
  readonly prompts: Int32Array // [n] ascending
}

/** Tokens of a running generate that were drawn together, one for each row. */
export interface DrawnTokens {
  readonly rows: Int32Array // [n]
  readonly tokens: Int32Array // [n]
}

/** A surrogate on given advantages, plus an optional KL term, minus an optional entropy bonus. */
export interface PolicyLoss {
  readonly kind: 'policy'
  /**
   * ppo (default): clipped (Schulman et al. 2017, eq. 7). cispo: the clipped ratio weighs the log-probability, and is not
   * differentiated (arXiv 2506.13585).
   */
  readonly surrogate?: 'ppo' | 'cispo'
  readonly advantages: Float32Array // [A]
  readonly oldLogprobs: Float32Array // [A]
  readonly referenceLogprobs?: Float32Array // [A]; with it the KL statistic is reported; required if klCoef > 0
  readonly weights?: Float32Array // [A] multiply each token's loss; default 1
  readonly clipLow: number // ratio floor 1 - clipLow
  readonly clipHigh: number // ratio ceiling 1 + clipHigh
  readonly temperature: number // of the policy that sampled
  readonly klCoef: number // KL term in the loss; 0 = off
  readonly klEstimator: 'k1' | 'k2' | 'k3'
  readonly klByRatio?: boolean // weigh the KL term by the ratio, since the old policy sampled; default false
  readonly entropyCoef?: number // times the entropy of the next token is taken from each token's loss; default 0
  readonly normalizer: number // divides the summed token loss: any micro-batching gives the same gradient
}

/** Negative log-likelihood of the action tokens. */
export interface NllLoss {
  readonly kind: 'nll'
  readonly weights?: Float32Array // [A] multiply each token's loss; default 1
  readonly normalizer: number
}

export type Loss = PolicyLoss | NllLoss

/** [A] each, nats. */
export interface TokenScores {
  readonly logprobs: Float32Array
  readonly entropies: Float32Array
}

/** Sums over the batch's action tokens, so that micro-batches add up; `loss` is already divided by the normalizer. */
export interface LossStats {
  readonly tokens: number
  readonly loss: number
  readonly klSum: number // of the chosen estimator, policy to reference; 0 without referenceLogprobs
  readonly clippedTokens: number
  readonly entropySum: number // nats
  readonly ratioMax: number
}

export interface OptimizerParams {
  readonly step: number // 1 for the first update: AdamW's bias correction
  readonly lr: number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  readonly weightDecay: number // decoupled, on every parameter
  readonly maxGradNorm: number // 0 = no clipping
}

export interface StepStats {
  readonly gradNorm: number // before clipping
  /** Name of the first tensor with a non-finite gradient: nothing was updated. Null: the step was taken. */
  readonly nonFinite: string | null
}

export interface MemoryStats {
  readonly weightsBytes: number
  readonly referenceBytes: number
  readonly gradientBytes: number
  readonly optimizerBytes: number // fp32 masters (bfloat16 only) and both moments
  readonly kvCacheBytes: number
}

/** Seconds. Time in none of them is bookkeeping, copies and additions. */
export interface WorkProfile {
  readonly products: number // with weight matrices
  readonly attention: number // scores, softmax, values, key-value cache
  readonly elementwise: number // norms, rotary, activation
  readonly sampling: number
}

export interface EngineInfo {
  readonly parameters: number
  readonly device: Device
  readonly dtype: Dtype
  readonly vocabSize: number
  readonly threads: number // CPU threads that work for this engine
  /**
   * A prompt that several sequences of a batch begin with is computed once, however long they are. True of the CPU's
   * kernels, unless the model has windows shorter than its positions.
   */
  readonly sharesPrompts: boolean
  /** HuggingFace names in checkpoint order; optimizer tensors are `exp_avg/NAME`, `exp_avg_sq/NAME`, `master/NAME`. */
  readonly tensorNames: readonly string[]
}

/** Loading counts tensors; generate counts new tokens, a row that ended early as full. */
export type ProgressFn = (done: number, total: number) => void

/**
 * Called with each prompt once, before the call settles: a cancelled one never. Which prompts come together, and in which
 * order, depends on the sampled tokens alone; when, on the clock. A callback that throws cancels its call.
 */
export type FinishedFn = (finished: FinishedPrompts) => void

/**
 * Called with every token as it is drawn, before the call settles; a row's tokens come in their order. A callback that throws
 * cancels its call.
 */
export type DrawnFn = (drawn: DrawnTokens) => void

/**
 * One model. Jobs run one at a time, in call order, on the engine's own thread. Inputs (KiB to MiB) are copied and
 * checked when a call is made: write to them or transfer them as soon as it has returned its promise. Outputs (as large
 * as the batch) cross without a copy and belong to the caller. A call refused with code ARGUMENT changes nothing; an
 * accumulate that fails otherwise leaves gradients zeroed. Where weights give logits that are not finite, generate and
 * logprobs reject with NOT_FINITE. Engines in one process share its cores: each has the number
 * of threads it asked for, and two working at once run at half the speed each at best.
 */
export interface NativeEngine {
  readonly info: EngineInfo
  generate(
    prompts: TokenBatch,
    sampling: SamplingParams,
    onProgress?: ProgressFn,
    onFinished?: FinishedFn,
    onDrawn?: DrawnFn,
  ): Promise<Completions>
  /** [A] log p(action token | everything before it), logits divided by the temperature. */
  logprobs(batch: SequenceBatch, weights: 'policy' | 'reference', temperature: number): Promise<Float32Array>
  /** The same log-probabilities, and the entropy of the next token before each action token. */
  scores(batch: SequenceBatch, weights: 'policy' | 'reference', temperature: number): Promise<TokenScores>
  /** Adds the loss's gradient to what has been accumulated since the last step. */
  accumulate(batch: SequenceBatch, loss: Loss): Promise<LossStats>
  /** L2 norm of each accumulated gradient, in `info.tensorNames` order. Training needs none of them: for tests. */
  gradientNorms(): Promise<Float64Array>
  /** Clips, updates with AdamW, zeroes the gradients. */
  step(optimizer: OptimizerParams): Promise<StepStats>
  /** Copies the policy into the reference. */
  syncReference(): Promise<void>
  /**
   * Writes tensors by name: weights in the engine's dtype, optimizer tensors in float32. Each file is synced to disk.
   */
  exportTensors(files: readonly TensorFile[]): Promise<void>
  /** Overwrites named tensors: weights, `reference/NAME`, `exp_avg/NAME`, `exp_avg_sq/NAME`, `master/NAME`. */
  importTensors(sources: readonly TensorSource[]): Promise<void>
  memory(): MemoryStats
  /** Seconds that the engine's thread has spent in each part of the work since it opened. CUDA kernels are asynchronous. */
  profile(): WorkProfile
  /** Every running or queued generate settles early, its unfinished rows with finishReason cancelled. */
  cancel(): void
  /** Idempotent: waits for queued jobs, joins the thread, frees device memory. */
  close(): Promise<void>
}

export type NativeErrorCode = 'ARGUMENT' | 'IO' | 'UNSUPPORTED' | 'OUT_OF_MEMORY' | 'NOT_FINITE' | 'CLOSED' | 'INTERNAL'
