import type { CommandLine } from '../command-line/command-line.ts'
import {
  dateFlag,
  maxNewTokensParser,
  modelFlag,
  presencePenaltyFlag,
  rawFlag,
  topPFlag,
} from '../command-line/common-flags.ts'
import { type EngineFlags, engineFlags } from '../command-line/engine-flags.ts'
import { collect, temperature } from '../command-line/parsers.ts'

export interface ChatFlags extends EngineFlags {
  readonly model: readonly string[]
  readonly system: string
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly presencePenalty: number
  readonly suffix: string
  readonly date?: string
  readonly raw?: boolean
}

export const chatLine: CommandLine<ChatFlags> = {
  name: 'chat',
  description:
    'talk to a model, or to two side by side, as before and after training; questions may come from a pipe, one per line',
  flags: {
    model: {
      ...modelFlag,
      help: 'HuggingFace checkpoint; given twice, both answer',
      parse: (text: string, earlier: readonly string[] | undefined) => collect(text, earlier ?? []),
      required: true,
    },
    system: { value: '<text>', help: 'system text', default: '' },
    maxNewTokens: { value: '<count>', help: 'maximum new tokens per answer', parse: maxNewTokensParser, default: 512 },
    temperature: { value: '<t>', help: 'sampling temperature; 0 = greedy', parse: temperature, default: 0.7 },
    topP: topPFlag,
    presencePenalty: presencePenaltyFlag,
    date: dateFlag('today'),
    suffix: { value: '<text>', help: 'text put after every question', default: '' },
    raw: rawFlag,
    ...engineFlags,
  },
}
