import { SerlError, UserError } from '../errors.ts'
import { type Addon, type AddonEngine, loadAddon, unsettled } from './binding.ts'
import {
  checkFiles,
  checkLoss,
  checkOptimizer,
  checkOptions,
  checkPrompts,
  checkSampling,
  checkSequences,
  checkSources,
  checkTemperature,
} from './checks.ts'
import type { EngineOptions, NativeEngine, NativeErrorCode, ProgressFn } from './types.ts'

/**
 * Loads a model into the native engine. Arguments of every call are checked here, before they are queued; a bad one
 * rejects with code ARGUMENT.
 * @throws UserError when the addon is not built, or `device` is CUDA and there is none.
 * @throws SerlError with a NativeErrorCode when loading fails.
 */
export async function openEngine(
  options: EngineOptions,
  onProgress?: ProgressFn,
  addon: Addon = loadAddon(),
): Promise<NativeEngine> {
  checkOptions(options)
  checkDevice(options.device, addon)
  const inner = new addon.Engine()
  try {
    const opened = await call(openEngine, () => inner.open(options, onProgress))
    const info = { ...opened, device: options.device, dtype: options.dtype }
    return guard(inner, info, options)
  } catch (error) {
    await inner.close()
    throw error
  }
}

function checkDevice(device: string, addon: Addon): void {
  if (device === 'cpu') return
  const devices = addon.cudaDevices()
  if (devices === 0) {
    throw new UserError(
      `device ${device}: no CUDA device is usable here. Use --device cpu, or build with CUDA on a machine with an NVIDIA driver: SERL_DEVICE=cuda npm run build:native`,
    )
  }
  const index = Number(device.slice('cuda:'.length))
  if (index >= devices)
    throw new UserError(`device ${device}: there are ${devices} CUDA devices, cuda:0 to cuda:${devices - 1}`)
}

function guard(inner: AddonEngine, info: NativeEngine['info'], options: EngineOptions): NativeEngine {
  let closing: Promise<void> | undefined
  const { model } = options
  const run = <T>(caller: Caller, check: () => void, job: () => Promise<T>): Promise<T> =>
    call(caller, () => {
      if (closing) throw new SerlError('CLOSED', 'the engine is closed')
      checked(check)
      return job()
    })
  const engine: NativeEngine = {
    info,
    generate: (prompts, sampling, onProgress) =>
      run(
        engine.generate,
        () => {
          checkPrompts(prompts, model, sampling.maxNewTokens)
          checkSampling(sampling, prompts.offsets.length - 1, model.vocabSize)
        },
        () => inner.generate(prompts, sampling, onProgress),
      ),
    logprobs: (batch, weights, temperature) =>
      run(
        engine.logprobs,
        () => {
          checkSequences(batch, model)
          checkTemperature(temperature)
        },
        () => inner.logprobs(batch, weights === 'reference', temperature),
      ),
    accumulate: (batch, loss) =>
      run(
        engine.accumulate,
        () => checkLoss(loss, checkSequences(batch, model)),
        () => inner.accumulate(batch, loss),
      ),
    gradientNorms: () =>
      run(
        engine.gradientNorms,
        () => {},
        () => inner.gradientNorms(),
      ),
    step: (optimizer) =>
      run(
        engine.step,
        () => checkOptimizer(optimizer),
        () => inner.step(optimizer),
      ),
    syncReference: () =>
      run(
        engine.syncReference,
        () => {},
        () => inner.syncReference(),
      ),
    exportTensors: (files) =>
      run(
        engine.exportTensors,
        () => checkFiles(files),
        () => inner.exportTensors(files),
      ),
    importTensors: (sources) =>
      run(
        engine.importTensors,
        () => checkSources(sources),
        () => inner.importTensors(sources),
      ),
    memory: () => inner.memory(),
    profile: () => inner.profile(),
    cancel: () => inner.cancel(),
    close: () => {
      closing ??= inner.close()
      return closing
    },
  }
  return engine
}

/** Also what is no object at all is an argument that does not fit. */
function checked(check: () => void): void {
  try {
    check()
  } catch (cause) {
    if (cause instanceof SerlError) throw cause
    throw new SerlError('ARGUMENT', (cause as Error).message, { cause })
  }
}

type Caller = (...args: never[]) => unknown

/** Runs a native call; its failure becomes a SerlError with the stack of whoever called the engine. */
async function call<T>(caller: Caller, job: () => Promise<T>): Promise<T> {
  const site = { stack: '' }
  Error.captureStackTrace(site, caller)
  unsettled.calls++
  try {
    return await job()
  } catch (cause) {
    if (cause instanceof SerlError) throw cause
    const code = ((cause as { code?: NativeErrorCode }).code ?? 'INTERNAL') satisfies NativeErrorCode
    const error = new SerlError(code, (cause as Error).message, { cause })
    error.stack = `${error.name}: ${error.message}\n${site.stack.split('\n').slice(1).join('\n')}`
    throw error
  } finally {
    unsettled.calls--
  }
}
