import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, type SettingFlags, seedsFlag, setFlag, traceFlag } from '../command-line/common-flags.ts'
import { engineFlags } from '../command-line/engine-flags.ts'
import { integer } from '../command-line/parsers.ts'

export interface TrainFlags extends SettingFlags {
  readonly out?: string
  readonly resume?: boolean
  readonly dryRun?: boolean
  readonly trace?: string
}

export const trainLine: CommandLine<TrainFlags> = {
  name: 'train',
  operand: {
    name: '[config]',
    help: 'a preset (demo, cpu-100m, ...; README.md tells them) or a YAML file of settings',
  },
  description: 'train by self-play; without arguments, the built-in demonstration',
  flags: {
    model: modelFlag,
    seeds: seedsFlag,
    out: { value: '<folder>', help: 'where the run goes (default: runs/NAME-N)' },
    steps: { value: '<n>', help: 'training steps of an iteration (train.steps)', parse: integer(1) },
    set: setFlag,
    resume: { help: 'go on with the run in --out from its newest checkpoint' },
    trace: traceFlag,
    dryRun: { help: 'make the checks of a run, show its settings, memory plan and first prompts, and stop' },
    ...engineFlags,
  },
}
