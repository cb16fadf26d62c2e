import type { CommandLine } from '../command-line/command-line.ts'

export interface ReportFlags {
  readonly output: string
  readonly json?: boolean
  readonly quiet?: boolean
}

export const reportLine: CommandLine<ReportFlags> = {
  name: 'report',
  operand: { name: '<run...>', help: 'folders of runs, or folders that hold some' },
  description:
    'write runs as one HTML file that needs no server, with an SVG of the main curves and a summary in Markdown',
  flags: {
    output: {
      value: '<folder>',
      help: 'folder for report.html, curves.svg and summary.md',
      default: 'report',
    },
    json: { help: 'print one JSON object on stdout and nothing else' },
    quiet: { help: 'print errors only' },
  },
}
