import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, seedsFlag } from '../command-line/common-flags.ts'
import { parseDevice } from '../command-line/engine-flags.ts'
import { number } from '../command-line/parsers.ts'

export interface InitFlags {
  readonly model?: string
  readonly seeds?: string
  readonly device?: string
  readonly hours?: number
  readonly out: string
  readonly force?: boolean
  readonly forecast?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

export const initLine: CommandLine<InitFlags> = {
  name: 'init',
  description: 'write a commented config for a model and questions; on a terminal it asks for what is not given',
  flags: {
    model: modelFlag,
    seeds: seedsFlag,
    device: { value: '<device>', help: 'cpu, cuda or cuda:N (default: cpu)', parse: parseDevice },
    hours: {
      value: '<n>',
      help: 'how long the run may take; sets train.steps (default: 1)',
      parse: number({ above: 0, most: 10_000 }),
    },
    out: { value: '<file>', help: 'the config', default: 'serl.yaml' },
    force: { help: 'replace a file that exists' },
    forecast: { help: 'then say what training can hope for (serl forecast)' },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
