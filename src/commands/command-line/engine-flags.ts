import { InvalidArgumentError } from 'commander'
import { otherValue } from '../../config/other-names.ts'
import { nativeBounds } from '../../native/bounds.ts'
import type { FlagTable } from './command-line.ts'
import { integer, number, oneOf } from './parsers.ts'

/** Flags of every command that opens a model. */
export interface EngineFlags {
  readonly device?: string
  readonly dtype?: 'auto' | 'float32' | 'bfloat16'
  readonly threads?: number
  readonly seed?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

/** A device's name. */
export const parseDevice = (text: string): string => {
  if (!/^(cpu|cuda(:\d+)?)$/.test(text)) {
    throw new InvalidArgumentError(`Expected cpu, cuda or cuda:N${otherValue('model.device', text)}.`)
  }
  return text
}

const parseDtype = oneOf(['float32', 'bfloat16', 'auto'], (text) => otherValue('model.dtype', text))

const group = 'Options of every command that opens a model:'

/** The table of the engine's flags. It comes last in a command's table; help lists it under its own heading. */
export const engineFlags: FlagTable<EngineFlags> = {
  device: { value: '<device>', help: 'cpu, cuda or cuda:N (default: cpu)', parse: parseDevice, group },
  dtype: {
    value: '<dtype>',
    help: 'data type of the weights: float32, bfloat16 or auto (default: auto)',
    parse: parseDtype,
    group,
  },
  threads: {
    value: '<n>',
    help: 'CPU threads; 0 = all cores, or OMP_NUM_THREADS if set (default: 0)',
    parse: number(nativeBounds.threads),
    group,
  },
  seed: { value: '<n>', help: 'seed of every random draw (default: 0)', parse: integer(0, 0xffffffff), group },
  json: { help: 'print one JSON object on stdout and nothing else', group },
  quiet: { help: 'print errors only', group },
}

/** Engine flags as the settings of a model opened by a command. */
export const modelSettings = (path: string, flags: EngineFlags) => ({
  path,
  device: flags.device ?? 'cpu',
  dtype: flags.dtype ?? 'auto',
  threads: flags.threads ?? 0,
  kvCacheGiB: 4,
})
