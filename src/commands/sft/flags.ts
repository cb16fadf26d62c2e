import { MOST_COUNT } from '../../config/value-schema.ts'
import { nativeBounds } from '../../native/bounds.ts'
import type { ScheduleKind } from '../../rl/schedule.ts'
import type { CommandLine } from '../command-line/command-line.ts'
import { maxNewTokensParser, modelFlag, rawFlag, tokensPerBatchFlag } from '../command-line/common-flags.ts'
import { type EngineFlags, engineFlags } from '../command-line/engine-flags.ts'
import { integer, number, oneOf } from '../command-line/parsers.ts'

export interface SftFlags extends EngineFlags {
  readonly model: string
  readonly data: string
  readonly out: string
  readonly epochs?: number
  readonly steps?: number
  readonly batchSize: number
  readonly tokensPerBatch?: number
  readonly lr: number
  readonly schedule: ScheduleKind
  readonly warmup: number
  readonly minLrRatio: number
  readonly beta1: number
  readonly beta2: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  readonly evalData?: string
  readonly evalEvery?: number
  readonly evalSuffix: string
  readonly evalMaxNewTokens: number
  readonly raw?: boolean
}

const schedules: readonly ScheduleKind[] = ['constant', 'linear', 'cosine']

export const sftLine: CommandLine<SftFlags> = {
  name: 'sft',
  description:
    'supervised fine-tuning, for a warm start; the checkpoint is written at the end: Ctrl-C before it writes nothing',
  flags: {
    model: { ...modelFlag, required: true },
    data: {
      value: '<file>',
      help: 'JSONL: {"prompt","response"}, {"text"} or {"segments":[{"text","train"}]} per line',
      required: true,
    },
    out: { value: '<folder>', help: 'folder for the trained checkpoint', required: true },
    epochs: { value: '<n>', help: 'passes over the data (default: 1)', parse: integer(1, MOST_COUNT) },
    steps: { value: '<n>', help: 'optimizer steps, instead of --epochs', parse: integer(1, MOST_COUNT) },
    batchSize: { value: '<n>', help: 'documents per optimizer step', parse: integer(1), default: 16 },
    tokensPerBatch: tokensPerBatchFlag,
    lr: { value: '<x>', help: 'peak learning rate', parse: number(nativeBounds.lr), default: 1e-5 },
    schedule: { value: '<kind>', help: 'constant, linear or cosine', parse: oneOf(schedules), default: 'cosine' },
    warmup: {
      value: '<x>',
      help: 'warm-up: below 1 = as a share of all steps; from 1 on = steps',
      parse: number({ least: 0 }),
      default: 0.03,
    },
    minLrRatio: {
      value: '<x>',
      help: 'floor of the schedule, as a share of --lr',
      parse: number({ least: 0, most: 1 }),
      default: 0.1,
    },
    beta1: { value: '<x>', help: 'beta1 of AdamW', parse: number(nativeBounds.beta1), default: 0.9 },
    beta2: { value: '<x>', help: 'beta2 of AdamW', parse: number(nativeBounds.beta2), default: 0.95 },
    weightDecay: { value: '<x>', help: 'decoupled weight decay', parse: number(nativeBounds.weightDecay), default: 0 },
    maxGradNorm: {
      value: '<x>',
      help: 'gradient norm to clip to; 0 = no clipping',
      parse: number(nativeBounds.maxGradNorm),
      default: 1,
    },
    evalData: {
      value: '<file>',
      help: 'held-out lines: of the kinds above to measure loss, or {"problem","answer"} to measure accuracy',
    },
    evalEvery: {
      value: '<n>',
      help: 'steps between evaluations; one comes before the first step and after the last, too',
      parse: integer(1),
    },
    evalSuffix: { value: '<text>', help: 'text put after every held-out question', default: '' },
    evalMaxNewTokens: {
      value: '<n>',
      help: 'maximum new tokens per held-out response',
      parse: maxNewTokensParser,
      default: 256,
    },
    raw: rawFlag,
    ...engineFlags,
  },
}
