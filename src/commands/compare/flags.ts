import type { CommandLine } from '../command-line/command-line.ts'
import { type EvalFlags, evalFlags } from '../eval/flags.ts'

export const compareLine: CommandLine<EvalFlags> = {
  name: 'compare',
  operand: { name: '<run-or-model...>' },
  description: 'is it better? models, runs or results of eval, by sets, against the first',
  flags: evalFlags,
}
