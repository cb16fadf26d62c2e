import { type Command, InvalidArgumentError } from 'commander'

/** A number in [low, high]. */
export const number =
  (low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(value) || value < low || value > high)
      throw new InvalidArgumentError(`Expected a number${range(low, high)}.`)
    return value
  }

/** A whole number in [low, high]. */
export const integer =
  (low: number, high = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`Expected a whole number${range(low, high)}.`)
    }
    return value
  }

function range(low: number, high: number): string {
  if (low === Number.NEGATIVE_INFINITY) return ''
  if (high === Number.POSITIVE_INFINITY || high === Number.MAX_SAFE_INTEGER) return ` of at least ${low}`
  return low === Number.MIN_VALUE ? ` above 0, at most ${high}` : ` from ${low} to ${high}`
}

/** For options that may be repeated. */
export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value]

const device = (text: string): string => {
  if (!/^(cpu|cuda(:\d+)?)$/.test(text)) throw new InvalidArgumentError('Expected cpu, cuda or cuda:N.')
  return text
}

const dtype = (text: string): string => {
  if (!['auto', 'float32', 'bfloat16'].includes(text)) {
    throw new InvalidArgumentError('Expected float32, bfloat16 or auto.')
  }
  return text
}

/** What every command that opens a model understands. */
export interface EngineFlags {
  readonly device?: string
  readonly dtype?: 'auto' | 'float32' | 'bfloat16'
  readonly threads?: number
  readonly seed?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds what every command that opens a model understands; help lists it behind the options added before. */
export const addEngineFlags = (command: Command): Command =>
  command
    .optionsGroup('Options of every command with a model:')
    .option('--device <device>', 'cpu, cuda or cuda:N (default: cpu)', device)
    .option('--dtype <dtype>', 'of the weights: float32, bfloat16 or auto (default: auto)', dtype)
    .option('--threads <n>', 'CPU threads; 0 = all cores (default: 0)', integer(0, 4096))
    .option('--seed <n>', 'of every draw (default: 0)', integer(0, 0xffffffff))
    .option('--json', 'one JSON object on stdout, nothing else there')
    .option('--quiet', 'say nothing but errors')

/** Engine flags as the settings of a model opened by a command. */
export const modelSettings = (path: string, flags: EngineFlags) => ({
  path,
  device: flags.device ?? 'cpu',
  dtype: flags.dtype ?? 'auto',
  threads: flags.threads ?? 0,
  kvCacheGiB: 4,
})
