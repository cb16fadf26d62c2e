import type { CommandLine } from '../command-line/command-line.ts'
import { integer, number } from '../command-line/parsers.ts'

export interface LineageFlags {
  readonly near: number
  readonly rows: number
  readonly output?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

export const lineageLine: CommandLine<LineageFlags> = {
  name: 'lineage',
  operand: { name: '<run>', help: 'folder of a run' },
  description: 'follow the questions that a run wrote back to its seeds: what each seed gave, and how far they drift',
  flags: {
    near: {
      value: '<x>',
      help: 'ROUGE-L F above which two questions are near copies',
      parse: number({ least: 0, below: 1 }),
      default: 0.5,
    },
    rows: { value: '<n>', help: 'rows shown of each table; 0 = all', parse: integer(0), default: 40 },
    output: {
      value: '<place>',
      help: 'folder for the report (JSON and Markdown), or the path of the .json file',
    },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
