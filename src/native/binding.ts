import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import type { EngineInfo, EngineOptions, NativeEngine, ProgressFn, SequenceBatch, TokenScores } from './types.ts'

/** Bumped with types.ts and native/binding/exports.cpp. */
const ABI = 8

/**
 * The addon's class: NativeEngine without what engine.ts adds. engine.ts explains what is wrong with an argument; the
 * addon itself only guards against crashes. A job's failure rejects with an Error whose `code` is a NativeErrorCode.
 */
export interface AddonEngine extends Omit<NativeEngine, 'info' | 'logprobs' | 'scores'> {
  open(options: EngineOptions, onProgress?: ProgressFn): Promise<Omit<EngineInfo, 'device' | 'dtype' | 'vocabSize'>>
  logprobs(batch: SequenceBatch, reference: boolean, temperature: number): Promise<Float32Array>
  scores(batch: SequenceBatch, reference: boolean, temperature: number): Promise<TokenScores>
}

export interface Addon {
  readonly abi: number
  readonly libtorch: string
  readonly Engine: new () => AddonEngine
  cudaDevices(): number
  threads(): number
  /**
   * flock(2) on an open file: true = this process holds it until the file is closed or the process has ended; false = another
   * does. @throws Error with code ENOTSUP where the file system has no locks, ARGUMENT for what is no open file
   */
  tryLock(fd: number): boolean
  /** Ends the process at once, without running what libtorch does at exit. */
  exitNow(code: number): never
}

/** `tryLock` of the addon; without an addon as on a file system without locks. */
export function kernelLock(fd: number): boolean {
  if (!existsSync(addonPath())) throw Object.assign(new Error('the native engine is not built'), { code: 'ENOTSUP' })
  return loadAddon().tryLock(fd)
}

/** Calls that engines of this thread have not settled yet. */
export const unsettled = { calls: 0 }

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
      `the native engine in ${path} has version ${addon.abi}, but this program needs ${ABI}; run: npm run build:native`,
    )
  }
  loaded = addon
  if (isMainThread) exitBesideEngines(addon)
  return addon
}

/** Node waits for no engine when the main thread exits, and libtorch's destructors crash while one works. */
function exitBesideEngines(addon: Addon): void {
  let uncaught: { error: unknown } | undefined
  process.on('uncaughtExceptionMonitor', (error) => {
    const handled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
    if (!handled) uncaught = { error }
  })
  process.on('exit', (code) => {
    if (unsettled.calls === 0) return
    if (uncaught) process.stderr.write(`${inspect(uncaught.error)}\n`) // Node itself would print it after this event
    addon.exitNow(code)
  })
}

/**
 * Lets OpenMP's threads sleep soon when they wait for each other. By default they spin for milliseconds, which starves
 * everything else on a small or shared machine, the other threads of the same product included (measured: 4 times
 * slower next to one busy process). Read by libgomp when it is loaded; the user's own setting wins.
 */
function waitWithoutSpinning(): void {
  const { OMP_WAIT_POLICY, GOMP_SPINCOUNT } = process.env
  if (OMP_WAIT_POLICY === undefined && GOMP_SPINCOUNT === undefined) process.env.GOMP_SPINCOUNT = '10000'
}
