import type { CommandLine } from '../command-line/command-line.ts'

export interface RunsFlags {
  readonly json?: boolean
  readonly quiet?: boolean
}

export const runsLine: CommandLine<RunsFlags> = {
  name: 'runs',
  operand: { name: '[folder]', help: 'where the runs are (default: runs)' },
  description: 'list the runs of a folder: state, last step, best accuracy, age',
  flags: {
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
