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
  checkThreadsOfEnvironment,
} from './checks.ts'
import type { EngineOptions, ModelConfig, NativeEngine, NativeErrorCode, ProgressFn } from './types.ts'

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
  checkThreadsOfEnvironment(options.threads)
  requireDevice(options.device, addon)
  const inner = new addon.Engine()
  try {
    const opened = await call(openEngine, () => inner.open(options, onProgress))
    const info = {
      ...opened,
      device: options.device,
      dtype: options.dtype,
      vocabSize: options.model.vocabSize,
    }
    return checkedEngine(inner, info, options)
  } catch (error) {
    await inner.close()
    throw error
  }
}

/** @throws UserError for a CUDA device that is not usable, or an addon that is not built */
export function requireDevice(device: string, addon: Addon = loadAddon()): void {
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

/** Runs a call of `caller` on an engine that is open, once its arguments pass the check. */
type Run = <T>(caller: Caller, check: () => void, job: () => Promise<T>) => Promise<T>

/** The addon's engine behind checks of every call's arguments. */
function checkedEngine(inner: AddonEngine, info: NativeEngine['info'], { model }: EngineOptions): NativeEngine {
  let closing: Promise<void> | undefined
  const run: Run = (caller, check, job) =>
    call(caller, () => {
      if (closing) throw new SerlError('CLOSED', 'the engine is closed')
      checked(check)
      return job()
    })
  return {
    info,
    ...samplingCalls(inner, model, run),
    ...trainingCalls(inner, model, run),
    ...tensorCalls(inner, run),
    memory: () => inner.memory(),
    profile: () => inner.profile(),
    cancel: () => inner.cancel(),
    close: () => {
      closing ??= inner.close()
      return closing
    },
  }
}

function samplingCalls(inner: AddonEngine, model: ModelConfig, run: Run) {
  const calls: Pick<NativeEngine, 'generate' | 'logprobs' | 'scores'> = {
    generate: (prompts, sampling, onProgress, onFinished, onDrawn) =>
      run(
        calls.generate,
        () => {
          checkPrompts(prompts, model, sampling.maxNewTokens)
          checkSampling(sampling, prompts.offsets.length - 1, model.vocabSize)
        },
        () => inner.generate(prompts, sampling, onProgress, onFinished, onDrawn),
      ),
    logprobs: (batch, weights, temperature) =>
      run(
        calls.logprobs,
        () => {
          checkSequences(batch, model)
          checkTemperature(temperature)
        },
        () => inner.logprobs(batch, weights === 'reference', temperature),
      ),
    scores: (batch, weights, temperature) =>
      run(
        calls.scores,
        () => {
          checkSequences(batch, model)
          checkTemperature(temperature)
        },
        () => inner.scores(batch, weights === 'reference', temperature),
      ),
  }
  return calls
}

const noArguments = (): void => {}

function trainingCalls(inner: AddonEngine, model: ModelConfig, run: Run) {
  const calls: Pick<NativeEngine, 'accumulate' | 'gradientNorms' | 'step' | 'syncReference'> = {
    accumulate: (batch, loss) =>
      run(
        calls.accumulate,
        () => checkLoss(loss, checkSequences(batch, model)),
        () => inner.accumulate(batch, loss),
      ),
    gradientNorms: () => run(calls.gradientNorms, noArguments, () => inner.gradientNorms()),
    step: (optimizer) =>
      run(
        calls.step,
        () => checkOptimizer(optimizer),
        () => inner.step(optimizer),
      ),
    syncReference: () => run(calls.syncReference, noArguments, () => inner.syncReference()),
  }
  return calls
}

function tensorCalls(inner: AddonEngine, run: Run) {
  const calls: Pick<NativeEngine, 'exportTensors' | 'importTensors'> = {
    exportTensors: (files) =>
      run(
        calls.exportTensors,
        () => checkFiles(files),
        () => inner.exportTensors(files),
      ),
    importTensors: (sources) =>
      run(
        calls.importTensors,
        () => checkSources(sources),
        () => inner.importTensors(sources),
      ),
  }
  return calls
}

/** Runs a check. One that fails on a value of another shape, such as no object at all, refuses the argument as well. */
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
