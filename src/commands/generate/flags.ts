import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, traceFlag } from '../command-line/common-flags.ts'
import { type EngineFlags, engineFlags } from '../command-line/engine-flags.ts'
import { integer, number } from '../command-line/parsers.ts'

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
  readonly trace?: string
}

export const generateLine: CommandLine<GenerateFlags> = {
  name: 'generate',
  description: 'sample responses',
  flags: {
    model: { ...modelFlag, required: true },
    input: {
      value: '<file>',
      help: 'JSONL: {"prompt"} or {"problem"}, {"messages"} or {"tokens"} a line',
      required: true,
    },
    output: { value: '<file>', help: 'JSONL, a line a sample (default: stdout)' },
    text: { help: 'show prompts and responses on stdout as texts to read, instead of JSONL' },
    limit: { value: '<n>', help: 'only the first so many prompts', parse: integer(1) },
    n: {
      value: '<count>',
      help: 'samples a prompt, seeded by --seed and their place in the output',
      parse: integer(1, 65_536),
      default: 1,
    },
    maxNewTokens: { value: '<count>', help: 'new tokens a sample', parse: integer(1), default: 256 },
    temperature: { value: '<t>', help: '0 = greedy', parse: number(0), default: 1 },
    topP: { value: '<p>', help: '1 = off', parse: number(Number.MIN_VALUE, 1), default: 1 },
    presencePenalty: { value: '<x>', help: '0 = off', parse: number(), default: 0 },
    ignoreEos: { help: 'go on to the token limit' },
    trace: traceFlag,
    suffix: { value: '<text>', help: 'put after every prompt that is a text', default: '' },
    raw: { help: 'prompts as they are, without the chat template; not for {"messages"}' },
    ...engineFlags,
  },
}
