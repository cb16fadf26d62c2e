import { fixedTemplateDay } from '../../model/template-date.ts'
import type { CommandLine, FlagTable } from '../command-line/command-line.ts'
import { dateFlag, maxNewTokensParser, modelFlag, presencePenaltyFlag, topPFlag } from '../command-line/common-flags.ts'
import { type EngineFlags, engineFlags } from '../command-line/engine-flags.ts'
import { collect, integer, temperature } from '../command-line/parsers.ts'

// more gain nothing, and a killed process would lose them all
const mostRows = 65_536

/** Flags of both `serl eval` and `serl compare`. */
export interface EvalFlags extends EngineFlags {
  readonly data?: readonly string[]
  readonly samples: number
  readonly temperature?: number
  readonly topP: number
  readonly presencePenalty: number
  readonly maxNewTokens?: number
  readonly limit?: number
  readonly raw?: boolean
  readonly suffix?: string
  readonly date?: string
  readonly fewShot: number
  readonly answers?: string
  readonly adapter: readonly string[]
  readonly output?: string
  readonly batch: number
  readonly fresh?: boolean
}

export const evalFlags: FlagTable<EvalFlags> = {
  data: { value: '<set...>', help: 'question sets: JSONL files, hub ids (owner/name) or names of known sets' },
  limit: { value: '<n>', help: 'use only the first n questions of each set; 0 = all (default: 0)', parse: integer(0) },
  // majority votes count subsets of the samples, in doubles
  samples: { value: '<n>', help: 'samples per question', parse: integer(1, 512), default: 1 },
  temperature: {
    value: '<t>',
    help: 'sampling temperature; 0 = greedy (default: 0 with one sample, else 1)',
    parse: temperature,
  },
  topP: topPFlag,
  presencePenalty: presencePenaltyFlag,
  maxNewTokens: {
    value: '<count>',
    help: 'maximum new tokens per response (default: 1024)',
    parse: maxNewTokensParser,
  },
  suffix: { value: '<text>', help: 'text put after every question (default: a request for a boxed answer)' },
  raw: { help: 'use questions as they are, without the chat template' },
  date: dateFlag(fixedTemplateDay),
  fewShot: { value: '<n>', help: 'worked examples before every question', parse: integer(0), default: 0 },
  answers: { value: '<kind>', help: 'math, choice, exact or number (default: depends on the set)' },
  adapter: {
    value: '<file>',
    help: 'JSON file that describes a set of your own; may be repeated',
    parse: collect,
    default: [],
  },
  output: {
    value: '<place>',
    help: 'folder for the results (JSON, Markdown, one line per question), or the path of the .json file',
  },
  batch: {
    value: '<rows>',
    help: 'samples generated at a time; a killed process loses only the current batch',
    parse: integer(1, mostRows),
    default: 512,
  },
  fresh: { help: 'ignore cached responses and generate them again' },
  ...engineFlags,
}

export interface EvalCommandFlags extends EvalFlags {
  readonly model: string
  readonly data: readonly string[]
}

export const evalLine: CommandLine<EvalCommandFlags> = {
  name: 'eval',
  description: 'accuracy on question sets, with 95 % intervals',
  flags: { model: { ...modelFlag, required: true }, ...evalFlags, data: { ...evalFlags.data, required: true } },
}
