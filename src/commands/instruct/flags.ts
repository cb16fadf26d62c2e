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
  description: 'self-instruction alone: new questions like the seeds, that the filters accept',
  flags: {
    model: { ...modelFlag, required: true },
    seeds: { ...seedsFlag, required: true },
    count: { value: '<n>', help: 'questions wanted', parse: integer(1), required: true },
    output: { value: '<file>', help: 'JSONL: {"id","text","rougeL","nearest"} a line (default: stdout)' },
    proposals: { value: '<file>', help: 'JSONL: every proposal, its verdict and why' },
    config: { value: '<name>', help: 'a config file or preset; its groups instruct and filter count' },
    set: setFlag,
    ...engineFlags,
  },
}
