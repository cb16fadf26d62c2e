import type { CommandLine } from '../command-line/command-line.ts'
import { number } from '../command-line/parsers.ts'

export interface StopFlags {
  readonly timeout: number
  readonly json?: boolean
  readonly quiet?: boolean
}

export const stopLine: CommandLine<StopFlags> = {
  name: 'stop',
  operand: { name: '<run>', help: 'folder of a run' },
  description: 'ask a running run to finish its step, save and end; wait for it',
  flags: {
    timeout: {
      value: '<seconds>',
      help: 'how long to wait for it; the request stays',
      parse: number({ least: 0, most: 604_800 }),
      default: 600,
    },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
