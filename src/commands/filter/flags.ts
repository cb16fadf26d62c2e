import type { CommandLine } from '../command-line/command-line.ts'
import { number } from '../command-line/parsers.ts'

export interface FilterFlags {
  readonly input: string
  readonly output: string
  readonly seeds?: string
  readonly rougeMax?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

export const filterLine: CommandLine<FilterFlags> = {
  name: 'filter',
  description: 'mark questions that break a rule or resemble others: which are accepted, and why others are not',
  flags: {
    input: {
      value: '<file>',
      help: 'JSONL: {"text"}, {"problem"}, {"question"} or {"prompt"} a line',
      required: true,
    },
    output: {
      value: '<file>',
      help: 'JSONL: the same lines with "kept", "reason", "rougeL" and "nearest"',
      required: true,
    },
    seeds: { value: '<file>', help: 'seed questions to compare with, too; JSONL as the input' },
    rougeMax: {
      value: '<x>',
      help: 'largest ROUGE-L F to a seed or a question accepted before (default: as the setting filter.rougeMax)',
      parse: number(0, 1),
    },
    json: { help: 'one JSON object on stdout, nothing else there' },
    quiet: { help: 'say nothing' },
  },
}
