import type { CommandLine } from '../command-line/command-line.ts'
import { modelFlag, rawFlag, tokensPerBatchFlag, traceFlag } from '../command-line/common-flags.ts'
import { type EngineFlags, engineFlags } from '../command-line/engine-flags.ts'

export interface ScoreFlags extends EngineFlags {
  readonly model: string
  readonly input: string
  readonly output?: string
  readonly tokensPerBatch?: number
  readonly raw?: boolean
  readonly trace?: string
}

export const scoreLine: CommandLine<ScoreFlags> = {
  name: 'score',
  description: 'log-probabilities of given tokens or responses',
  flags: {
    model: { ...modelFlag, required: true },
    input: { value: '<file>', help: 'JSONL: {"tokens"} or {"prompt","response"} per line', required: true },
    output: { value: '<file>', help: 'JSONL: {"logprobs"} per line (default: stdout)' },
    tokensPerBatch: tokensPerBatchFlag,
    trace: traceFlag,
    raw: rawFlag,
    ...engineFlags,
  },
}
