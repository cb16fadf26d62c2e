// Flags that mean the same wherever they are.
import { InvalidArgumentError } from 'commander'
import { isDay } from '../../model/template-date.ts'
import { nativeBounds } from '../../native/bounds.ts'
import type { EngineFlags } from './engine-flags.ts'
import { collect, integer, number } from './parsers.ts'

/** Flags that stand for settings of the config; `serl train` has them all. */
export interface SettingFlags extends EngineFlags {
  readonly model?: string
  readonly seeds?: string
  readonly steps?: number
  readonly set: readonly string[]
}

export const modelFlag = { value: '<folder>', help: 'HuggingFace checkpoint' } as const

export const seedsFlag = { value: '<file>', help: 'seed questions, JSONL' } as const

export const setFlag = {
  value: '<group.key=value>',
  help: 'any config setting; may be repeated',
  parse: (text: string, earlier: readonly string[]) => {
    if (text.indexOf('=') < 1) throw new InvalidArgumentError(`--set ${text}: expected group.key=value, in one word.`)
    return collect(text, earlier)
  },
  default: [],
}

export const traceFlag = {
  value: '<file>',
  help: 'JSON timing trace; open it in ui.perfetto.dev',
} as const

export const tokensPerBatchFlag = {
  value: '<count>',
  help: 'tokens per batch (default: 8192; on the CPU 1024, more if prompts are long)',
  parse: integer(1),
}

export const topPFlag = {
  value: '<p>',
  help: 'probability mass that sampling is cut to; 1 = off',
  parse: number(nativeBounds.topP),
  default: 1,
}

export const presencePenaltyFlag = {
  value: '<x>',
  help: 'penalty on tokens already in the response; 0 = off',
  parse: number(nativeBounds.presencePenalty),
  default: 0,
}

/** The day that a chat template with a date sees. */
export const dateFlag = (standard: string) => ({
  value: '<YYYY-MM-DD>',
  help: `day that a chat template with a date writes into prompts (default: ${standard})`,
  parse: (text: string): string => {
    if (!isDay(text)) throw new InvalidArgumentError('Expected a day, YYYY-MM-DD.')
    return text
  },
})

export const rawFlag = { help: 'use prompts as they are, without the chat template' } as const

/** The maximum of new tokens of whatever `each` is. */
export const maxNewTokensParser = number(nativeBounds.maxNewTokens)
