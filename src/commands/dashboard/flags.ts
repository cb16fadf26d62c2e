import type { CommandLine } from '../command-line/command-line.ts'
import { integer } from '../command-line/parsers.ts'

export interface DashboardFlags {
  readonly port?: number
  readonly host: string
  readonly wait?: boolean
  readonly untilStdinEnds?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

export const dashboardLine: CommandLine<DashboardFlags> = {
  name: 'dashboard',
  operand: { name: '[run...]', help: 'folders of runs, or folders that hold some (default: runs)' },
  description:
    'show runs on a local page: curves, questions, answers, votes, guards and settings, also while they train',
  flags: {
    port: {
      value: '<n>',
      help: 'port to listen on; 0 = any that is free (default: 7410, or any where that is taken)',
      parse: integer(0, 65535),
    },
    host: {
      value: '<address>',
      help: 'address to listen on; any but this machine itself needs the token that is printed',
      default: '127.0.0.1',
    },
    wait: { help: 'also take folders that do not exist yet' },
    untilStdinEnds: { help: 'end when standard input ends, and not at Ctrl-C: for programs that start it' },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
