import { MOST_MS } from '../../config/value-schema.ts'
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
  description: 'check whether answers are equal',
  flags: {
    input: { value: '<file>', help: 'JSONL: {"id","gold","prediction"} per line', required: true },
    output: { value: '<file>', help: 'JSONL: {"id","equal","gold","prediction"} per line', required: true },
    answers: {
      value: '<kind>',
      help: 'how answers are compared: math, choice, exact, number or module',
      default: 'math',
    },
    tolerance: {
      value: '<x>',
      help: 'largest relative difference that counts as equal, for --answers number',
      parse: number({ least: 0 }),
      default: 0,
    },
    module: { value: '<file>', help: 'JavaScript file exporting extract and equal, for --answers module' },
    timeLimitMs: {
      value: '<ms>',
      help: 'time limit per comparison; beyond it answers count as unequal',
      parse: integer(1, MOST_MS),
      default: 1000,
    },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
