import type { CommandLine } from '../command-line/command-line.ts'
import { type EvalFlags, evalFlags } from '../eval/flags.ts'

export const compareLine: CommandLine<EvalFlags> = {
  name: 'compare',
  operand: {
    name: '[run-or-model...]',
    help: 'models, folders of runs or results; before --data, which takes every word that follows it',
  },
  description: 'compare models, runs or eval results with the first one, set by set',
  flags: evalFlags,
}
