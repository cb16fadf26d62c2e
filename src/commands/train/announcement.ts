import { availableParallelism } from 'node:os'
import type { Config } from '../../config/schema.ts'
import { counted } from '../../log/counted.ts'
import { deviceMemory } from '../../memory/device-memory.ts'
import { gib, type MemoryPlan } from '../../memory/memory-plan.ts'
import { type DescribedModel, dtypeOf } from '../../model/open-model.ts'
import { sampledPerPrompt } from '../../reward/choose-trained.ts'
import type { Preflight } from '../../train/preflight.ts'
import { stepSeconds } from '../../train/step-work.ts'

/** A run that is about to begin. */
export interface Beginning {
  readonly described: DescribedModel
  readonly config: Config
  readonly plan: MemoryPlan
  readonly out: string
  readonly data: Preflight
}

/** What a run will do, and with what, for a reader at a terminal. */
export function announcement(beginning: Beginning): string {
  const { described, config, plan, out } = beginning
  const { checkpoint } = described
  const { device } = config.model
  const threads = threadsOf(config)
  const millions = (plan.parameters / 1e6).toFixed(plan.parameters < 1e7 ? 2 : 0)
  const has = deviceMemory(device)
  const rows = [
    ['model', `${checkpoint.dir} (${checkpoint.architecture}, ${millions} million parameters)`],
    ['device', `${device}${device === 'cpu' ? `, ${counted(threads, 'thread')}` : ''}, ${dtypeOf(config.model)}`],
    ['memory', `${gib(plan.totalBytes)} at the peak${has === null ? '' : ` of ${gib(has)}`}`],
    ['data', dataText(beginning)],
    ['each step', stepPlan(config)],
    ['run', `${counted(config.train.steps * config.train.iterations, 'step')} into ${out}`],
    ['first step', firstStepText(beginning, threads)],
  ]
  return rows.map(([name, text]) => `${name!.padEnd(12)}${text}\n`).join('')
}

const threadsOf = ({ model }: Config): number =>
  model.threads || Number(process.env.OMP_NUM_THREADS) || availableParallelism()

function dataText({ data, config }: Beginning): string {
  const parts = [counted(data.seeds.length, 'seed question')]
  parts.push(data.heldOut.length === 0 ? 'none held out' : `${data.heldOut.length} held out`)
  if (data.panel.length > 0) parts.push(`a panel of ${data.panel.length}`)
  for (const { set } of data.furtherSets) parts.push(`${set.items.length} of ${set.name}`)
  return `${parts.join(', ')} (${config.seeds.path})`
}

function stepPlan(config: Config): string {
  const { rollout, instruct, checkpoint, eval: evaluation } = config
  const source = instruct.source === 'self' ? 'write questions, ' : ''
  const every = (n: number): string => (n === 1 ? 'every step' : `every ${n} steps`)
  return (
    `${source}answer each ${sampledPerPrompt(config)} times in at most ${rollout.maxNewTokens} tokens, train on ` +
    `${rollout.promptsPerStep}; evaluation ${every(evaluation.every)}, checkpoint ${every(checkpoint.every)}`
  )
}

function firstStepText({ plan, data, config }: Beginning, threads: number): string {
  const sizes = {
    parameters: plan.parameters,
    instructPrompt: data.firstQuestionPrompt?.tokens.length ?? 0,
    answerPrompt: data.firstAnswerPrompt.length,
  }
  const range = stepSeconds(sizes, config, threads)
  if (range === null) return 'no estimate for this device; the view shows the time left after it'
  const [least, most] = range.map(roughly)
  return `roughly ${least === most ? least : `${least} to ${most}`}`
}

/** "3 s", "20 s", "2 min", "3 h": one digit, as no more is known. */
function roughly(seconds: number): string {
  const [value, unit] = seconds < 60 ? [seconds, 's'] : seconds < 3600 ? [seconds / 60, 'min'] : [seconds / 3600, 'h']
  return `${Math.max(1, value < 10 ? Math.round(value) : Math.round(value / 10) * 10)} ${unit}`
}
