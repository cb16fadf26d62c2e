import { MOST_COUNT } from '../../config/value-schema.ts'
import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, type SettingFlags, seedsFlag, setFlag } from '../command-line/common-flags.ts'
import { engineFlags } from '../command-line/engine-flags.ts'
import { integer } from '../command-line/parsers.ts'

export interface InstructFlags extends Omit<SettingFlags, 'steps'> {
  readonly model: string
  readonly seeds: string
  readonly output?: string
  readonly proposals?: string
  readonly config?: string
  readonly count: number
}

export const instructLine: CommandLine<InstructFlags> = {
  name: 'instruct',
  description: 'self-instruction only: generate questions like the seeds and keep those that the filters accept',
  flags: {
    model: { ...modelFlag, required: true },
    seeds: { ...seedsFlag, required: true },
    count: {
      value: '<n>',
      help: 'number of accepted questions to generate',
      parse: integer(1, MOST_COUNT),
      required: true,
    },
    output: { value: '<file>', help: 'JSONL: {"id","text","rougeL","nearest"} per line (default: stdout)' },
    proposals: {
      value: '<file>',
      help: 'JSONL: every proposal with its verdict, the reason and the ids of the examples in its prompt',
    },
    config: { value: '<name>', help: 'a config file or preset; only its groups instruct and filter have an effect' },
    set: setFlag,
    ...engineFlags,
  },
}
