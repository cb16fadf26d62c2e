import type { CommandLine } from '../command-line/command-line.ts'
import {
  dateFlag,
  maxNewTokensParser,
  modelFlag,
  presencePenaltyFlag,
  topPFlag,
  traceFlag,
} from '../command-line/common-flags.ts'
import { type EngineFlags, engineFlags } from '../command-line/engine-flags.ts'
import { integer, temperature } from '../command-line/parsers.ts'

export interface GenerateFlags extends EngineFlags {
  readonly model: string
  readonly input: string
  readonly output?: string
  readonly text?: boolean
  readonly limit?: number
  readonly n: number
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly presencePenalty: number
  readonly ignoreEos?: boolean
  readonly raw?: boolean
  readonly suffix: string
  readonly date?: string
  readonly trace?: string
}

export const generateLine: CommandLine<GenerateFlags> = {
  name: 'generate',
  description: 'sample responses',
  flags: {
    model: { ...modelFlag, required: true },
    input: {
      value: '<file>',
      help: 'JSONL: {"prompt"} or {"problem"}, {"messages"} or {"tokens"} per line',
      required: true,
    },
    output: { value: '<file>', help: 'JSONL, one line per sample (default: stdout)' },
    text: { help: 'print prompts and responses on stdout as readable text instead of JSONL' },
    limit: { value: '<n>', help: 'use only the first n prompts', parse: integer(1) },
    n: {
      value: '<count>',
      help: 'samples per prompt, each seeded by --seed and its place in the output',
      parse: integer(1, 65_536),
      default: 1,
    },
    maxNewTokens: { value: '<count>', help: 'maximum new tokens per sample', parse: maxNewTokensParser, default: 256 },
    temperature: { value: '<t>', help: 'sampling temperature; 0 = greedy', parse: temperature, default: 1 },
    topP: topPFlag,
    presencePenalty: presencePenaltyFlag,
    ignoreEos: { help: 'do not stop at EOS; generate up to the token limit' },
    trace: traceFlag,
    suffix: { value: '<text>', help: 'text put after every prompt that is text', default: '' },
    raw: { help: 'use prompts as they are, without the chat template; not for {"messages"}' },
    date: dateFlag('today'),
    ...engineFlags,
  },
}
