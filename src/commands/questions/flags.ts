import { MOST_COUNT } from '../../config/value-schema.ts'
import type { CommandLine } from '../command-line/command-line.ts'
import { collect, integer } from '../command-line/parsers.ts'

export interface QuestionsFlags {
  readonly count: number
  readonly output?: string
  readonly seed: number
  readonly digits?: number
  readonly operations?: number
  readonly exclude: readonly string[]
  readonly worked?: boolean
  readonly direct?: boolean
  readonly suffix?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

export const questionsLine: CommandLine<QuestionsFlags> = {
  name: 'questions',
  operand: {
    name: '<family...>',
    help: 'arithmetic, chains (several steps in words) or word-problems; several take turns',
  },
  description: 'make new questions with known answers from templates, each once',
  flags: {
    count: { value: '<n>', help: 'number of questions', parse: integer(1, MOST_COUNT), required: true },
    output: { value: '<file>', help: 'JSONL: {"problem","answer","family"} per line (default: stdout)' },
    seed: {
      value: '<n>',
      help: 'seed of the draws; the same seed gives the same questions',
      parse: integer(0, 0xffffffff),
      default: 0,
    },
    digits: {
      value: '<n>',
      help: 'digits of numbers that are added and taken away; products are up to 12 * 12 with two, 99 * 12 with three (default: 2)',
      parse: integer(1, 9),
    },
    operations: {
      value: '<n>',
      help: 'operations per question (default: 1 in arithmetic, 3 in chains; word-problems have their own)',
      parse: integer(1, 20),
    },
    exclude: {
      value: '<file>',
      help: 'JSONL with questions that must not be made; may be repeated',
      parse: collect,
      default: [],
    },
    worked: { help: 'add a worked solution as "prompt" and "response", for serl sft' },
    direct: {
      help: 'add the answer without its working as "prompt" and "response"; with --worked, two lines per question',
    },
    suffix: { value: '<text>', help: 'text put after every "prompt" of --worked and --direct' },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
