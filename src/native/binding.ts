import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { UserError } from '../errors.ts'
import type {
  Completions,
  EngineInfo,
  EngineOptions,
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
  WorkProfile,
} from './types.ts'

/** Bumped with types.ts and native/binding/addon.cpp. */
const ABI = 2

/** The addon's class. engine.ts says in words what is wrong with an argument; the addon itself only refuses to crash. */
export interface AddonEngine {
  open(
    options: EngineOptions,
    onProgress?: ProgressFn,
  ): Promise<Pick<EngineInfo, 'parameters' | 'tensorNames' | 'threads'>>
  generate(prompts: TokenBatch, sampling: SamplingParams, onProgress?: ProgressFn): Promise<Completions>
  logprobs(batch: SequenceBatch, reference: boolean, temperature: number): Promise<Float32Array>
  accumulate(batch: SequenceBatch, loss: Loss): Promise<LossStats>
  gradientNorms(): Promise<Float64Array>
  step(optimizer: OptimizerParams): Promise<StepStats>
  syncReference(): Promise<void>
  exportTensors(files: readonly TensorFile[]): Promise<void>
  importTensors(sources: readonly TensorSource[]): Promise<void>
  memory(): MemoryStats
  profile(): WorkProfile
  cancel(): void
  close(): Promise<void>
}

export interface Addon {
  readonly abi: number
  readonly libtorch: string
  readonly Engine: new () => AddonEngine
  cudaDevices(): number
  threads(): number
}

let loaded: Addon | undefined

/** Where `npm run build:native` leaves the addon. */
export function addonPath(): string {
  return fileURLToPath(new URL('../../build/Release/serl.node', import.meta.url))
}

/**
 * Loads the addon, once.
 * @throws UserError saying why it cannot be loaded and what to run.
 */
export function loadAddon(): Addon {
  if (loaded) return loaded
  const path = addonPath()
  if (!existsSync(path)) {
    throw new UserError(`the native engine is not built (${path} is missing); run: npm run build:native`)
  }
  let addon: Addon
  waitWithoutSpinning()
  try {
    addon = createRequire(import.meta.url)(path) as Addon
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0]
    throw new UserError(
      `the native engine does not load: ${reason}\nIt was built for another machine, Node or libtorch; run: npm run build:native -- --force`,
      { cause },
    )
  }
  if (addon.abi !== ABI) {
    throw new UserError(
      `the native engine in ${path} is of version ${addon.abi}, this program needs ${ABI}; run: npm run build:native`,
    )
  }
  loaded = addon
  return addon
}

/**
 * Lets OpenMP's threads sleep soon when they wait for each other. By default they spin for milliseconds, which starves
 * everything else on a small or shared machine, the other threads of the same product included (measured: 4 times
 * slower beside one busy process). Read by libgomp when it is loaded; the user's own setting wins.
 */
function waitWithoutSpinning(): void {
  const { OMP_WAIT_POLICY, GOMP_SPINCOUNT } = process.env
  if (OMP_WAIT_POLICY === undefined && GOMP_SPINCOUNT === undefined) process.env.GOMP_SPINCOUNT = '10000'
}
