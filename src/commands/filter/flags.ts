import { MOST_MS } from '../../config/value-schema.ts'
import type { CommandLine } from '../command-line/command-line.ts'
import { integer, number } from '../command-line/parsers.ts'

export interface FilterFlags {
  readonly input: string
  readonly output: string
  readonly seeds?: string
  readonly rougeMax?: number
  readonly module?: string
  readonly moduleLimitMs?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

export const filterLine: CommandLine<FilterFlags> = {
  name: 'filter',
  description: 'accept or reject questions: those that break a rule or resemble others are rejected, with the reason',
  flags: {
    input: {
      value: '<file>',
      help: 'JSONL: {"text"}, {"problem"}, {"question"} or {"prompt"} per line',
      required: true,
    },
    output: {
      value: '<file>',
      help: 'JSONL: the same lines with "kept", "reason", "rougeL" and "nearest"',
      required: true,
    },
    seeds: { value: '<file>', help: 'seed questions to compare with as well; JSONL like the input' },
    rougeMax: {
      value: '<x>',
      help: 'largest ROUGE-L F with a seed or an earlier accepted question (default: that of filter.rougeMax)',
      parse: number({ least: 0, most: 1 }),
    },
    module: {
      value: '<file>',
      help: 'JavaScript file exporting filter(round), which judges what passed the other rules',
    },
    moduleLimitMs: {
      value: '<ms>',
      help: 'time limit of --module (default: that of filter.moduleLimitMs)',
      parse: integer(1, MOST_MS),
    },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
