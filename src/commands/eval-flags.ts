import type { Command } from 'commander'
import { addEngineFlags, collect, type EngineFlags, integer, number } from './flags.ts'

/** What `serl eval` and `serl compare` understand alike. */
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
  readonly fewShot: number
  readonly answers?: string
  readonly adapter: readonly string[]
  readonly output?: string
  readonly batch: number
  readonly fresh?: boolean
}

export const addEvalFlags = (command: Command): Command =>
  addEngineFlags(
    command
      .option('--data <set...>', 'question sets: JSONL files, hub ids (owner/name) or names of known sets')
      .option('--limit <n>', 'only the first questions of each set; 0 = all (default: 0)', integer(0))
      // majority votes count subsets of the samples, in doubles
      .option('--samples <n>', 'samples a question', integer(1, 512), 1)
      .option('--temperature <t>', '0 = greedy (default: 0 with one sample, else 1)', number(0))
      .option('--top-p <p>', '1 = off', number(Number.MIN_VALUE, 1), 1)
      .option('--presence-penalty <x>', '0 = off', number(), 0)
      .option('--max-new-tokens <count>', 'new tokens a response (default: 1024)', integer(1))
      .option('--suffix <text>', 'put after every question (default: a request for a boxed answer)')
      .option('--raw', 'questions as they are, without the chat template')
      .option('--few-shot <n>', 'worked examples before every question', integer(0), 0)
      .option('--answers <kind>', 'math, choice, exact or number (default: by the set)')
      .option('--adapter <file>', 'JSON that describes a set of your own; may be repeated', collect, [])
      .option('--output <place>', 'folder for the results as JSON, Markdown and by question, or the .json file itself')
      .option('--batch <rows>', 'samples generated at a time: what a killed process loses', integer(1), 512)
      .option('--fresh', 'generate again what is in the cache'),
  )
