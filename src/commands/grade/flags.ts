import type { CommandLine } from '../command-line/command-line.ts'
import { integer, number } from '../command-line/parsers.ts'

export interface GradeFlags {
  readonly input: string
  readonly output: string
  readonly answers: string
  readonly tolerance: number
  readonly module?: string
  readonly timeLimitMs: number
  readonly json?: boolean
  readonly quiet?: boolean
}

export const gradeLine: CommandLine<GradeFlags> = {
  name: 'grade',
  description: 'whether answers are equal',
  flags: {
    input: { value: '<file>', help: 'JSONL: {"id","gold","prediction"} a line', required: true },
    output: { value: '<file>', help: 'JSONL: {"id","equal","gold","prediction"} a line', required: true },
    answers: { value: '<kind>', help: 'math, choice, exact, number or module', default: 'math' },
    tolerance: {
      value: '<x>',
      help: 'relative difference still equal, for --answers number',
      parse: number(0),
      default: 0,
    },
    module: { value: '<file>', help: 'for --answers module: JavaScript exporting extract and equal' },
    timeLimitMs: { value: '<ms>', help: 'for one comparison; then unequal', parse: integer(1), default: 1000 },
    json: { help: 'one JSON object on stdout, nothing else there' },
    quiet: { help: 'say nothing' },
  },
}
