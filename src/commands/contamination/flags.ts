import type { CommandLine } from '../command-line/command-line.ts'
import { integer, number } from '../command-line/parsers.ts'
import { type EvalCommandFlags, evalLine } from '../eval/flags.ts'

export interface ContaminationFlags extends EvalCommandFlags {
  readonly share: number
  readonly minWords: number
  readonly continuationsOnly?: boolean
}

const { model, data, ...others } = evalLine.flags

export const contaminationLine: CommandLine<ContaminationFlags> = {
  name: 'contamination',
  description:
    'whether a model completes the questions of a set word for word, and its accuracy on those and on the others',
  flags: {
    model,
    data,
    share: {
      value: '<x>',
      help: 'share of a question that the model sees; it is cut before the white space there',
      parse: number({ above: 0, below: 1 }),
      default: 0.6,
    },
    minWords: {
      value: '<n>',
      help: 'words that the rest of a question must have; others are not tested',
      parse: integer(1),
      default: 5,
    },
    continuationsOnly: { help: 'do not ask the whole questions' },
    ...others,
    output: {
      value: '<file>',
      help: 'JSONL: {"given","rest","continuation","rougeL","flagged","right"} per question',
    },
  },
}
