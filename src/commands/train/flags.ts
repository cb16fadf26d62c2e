import { MOST_COUNT } from '../../config/value-schema.ts'
import { type ControlKind, controlKinds } from '../../controls/kinds.ts'
import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, type SettingFlags, seedsFlag, setFlag, traceFlag } from '../command-line/common-flags.ts'
import { engineFlags } from '../command-line/engine-flags.ts'
import { integer, list, oneOf } from '../command-line/parsers.ts'

export interface TrainFlags extends SettingFlags {
  readonly out?: string
  readonly resume?: boolean
  readonly dryRun?: boolean
  readonly trace?: string
  readonly dashboard?: boolean
  readonly dashboardStay?: boolean
  readonly controls?: readonly ControlKind[]
  readonly controlSeeds?: readonly number[]
}

export const trainLine: CommandLine<TrainFlags> = {
  name: 'train',
  operand: {
    name: '[config]',
    help: 'a preset (demo, cpu-100m, ...; see README.md) or a YAML file of settings',
  },
  description: 'train by self-play; without arguments, run the built-in demonstration',
  flags: {
    model: modelFlag,
    seeds: seedsFlag,
    out: { value: '<folder>', help: 'folder of the run (default: runs/NAME-N)' },
    steps: { value: '<n>', help: 'training steps per iteration (train.steps)', parse: integer(1, MOST_COUNT) },
    set: setFlag,
    controls: {
      value: '<kinds>',
      help: 'also train the same runs with control rewards, and compare: any of random, rule, frozen-vote, as random,rule',
      parse: list(oneOf(controlKinds)),
    },
    controlSeeds: {
      value: '<seeds>',
      help: 'seeds of the runs of each arm, with --controls, as 0,1,2 (default: three, from train.seed on)',
      parse: list(integer(0, 0xffffffff)),
    },
    resume: { help: 'continue the run in --out from its newest checkpoint' },
    trace: traceFlag,
    dashboard: { help: 'show the run on a local page while it goes on; prints the address (see serl dashboard)' },
    dashboardStay: { help: 'the same, and keep the page after the run, until Ctrl-C' },
    dryRun: {
      help: 'run the start-up checks (weights are not read), print settings, memory plan and first prompts, and exit',
    },
    ...engineFlags,
  },
}
