import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, type SettingFlags, seedsFlag, setFlag } from '../command-line/common-flags.ts'
import { engineFlags } from '../command-line/engine-flags.ts'
import { integer } from '../command-line/parsers.ts'

export interface ForecastFlags extends Omit<SettingFlags, 'steps'> {
  readonly questions: number
}

export const forecastLine: CommandLine<ForecastFlags> = {
  name: 'forecast',
  operand: { name: '[config]', help: 'a preset or a YAML file of settings, as for serl train' },
  description: 'say what training can hope for, from answers to some of the seed questions',
  flags: {
    model: modelFlag,
    seeds: seedsFlag,
    questions: {
      value: '<n>',
      help: 'seed questions that are asked, drawn by the seed of the run',
      parse: integer(1, 10_000),
      default: 32,
    },
    set: setFlag,
    ...engineFlags,
  },
}
