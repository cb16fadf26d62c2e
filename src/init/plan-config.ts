import { readLayers, type Setting } from '../config/read-settings.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { Config } from '../config/schema.ts'
import { trainingPlan } from '../memory/device-memory.ts'
import { type MemoryPlan, withChosen } from '../memory/memory-plan.ts'
import { type DescribedModel, describeForTraining } from '../model/open-model.ts'
import { readSeeds } from '../seeds/read-seeds.ts'
import { preflight } from '../train/preflight.ts'
import { stepSeconds } from '../train/step-work.ts'
import type { NewConfig } from './config-text.ts'

/** What is asked of a person. */
export interface Wishes {
  readonly model: string
  readonly seeds: string
  readonly device: string
  readonly hours: number
}

/** The config, and what it was chosen from. */
export interface PlannedConfig extends NewConfig {
  readonly plan: MemoryPlan
  readonly seedCount: number
  readonly held: number // seeds that are held out
  readonly secondsPerStep: number | null // null: nothing is known of the device
}

// fewer prove nothing, more is not needed to see a rise of ten points
const heldOut = { least: 20, most: 100, share: 0.2 } as const

/**
 * Chooses the settings of a first run: a preset for small models on the CPU, held-out questions where seeds have answers, as
 * many steps as fit the hours, what the memory plan chooses.
 * @throws UserError where model or seeds cannot be used
 */
export async function planConfig(described: DescribedModel, wishes: Wishes, threads: number): Promise<PlannedConfig> {
  const { model, seeds, device, hours } = wishes
  const questions = await readSeeds(seeds)
  const answered = questions.filter(({ answer }) => answer !== undefined).length
  const wanted = Math.min(heldOut.most, Math.floor(answered * heldOut.share))
  const held = wanted >= heldOut.least ? wanted : 0
  const preset = device === 'cpu' ? 'cpu-100m' : null
  const given: Record<string, unknown> = { 'model.path': model, 'model.device': device, 'seeds.path': seeds }
  if (held > 0) given['eval.holdOut'] = held
  const asked = await resolved(preset, given)
  const plan = trainingPlan(described, asked)
  const { firstQuestionPrompt, firstAnswerPrompt } = await preflight(asked, describeForTraining(described))
  const sizes = {
    parameters: plan.parameters,
    instructPrompt: firstQuestionPrompt?.tokens.length ?? 0,
    answerPrompt: firstAnswerPrompt.length,
  }
  const range = stepSeconds(sizes, asked, threads)
  const secondsPerStep = range === null ? null : Math.sqrt(range[0] * range[1])
  const steps = secondsPerStep === null ? asked.train.steps : Math.max(1, Math.round((hours * 3600) / secondsPerStep))
  const config = withChosen(
    await resolved(preset, { ...given, 'train.steps': Math.min(steps, mostSteps) }),
    plan.chosen,
  )
  const chosen = [
    'model.path',
    'model.device',
    'model.dtype',
    'model.kvCacheGiB',
    'seeds.path',
    ...(held > 0 ? ['eval.holdOut'] : []),
  ]
  chosen.push('train.steps', 'update.tokensPerMicroBatch', 'update.checkpointing')
  return { preset, config, chosen, offered, plan, seedCount: questions.length, held, secondsPerStep }
}

// a run that lasts for months is not what anyone meant
const mostSteps = 100_000

const offered = [
  'model.threads',
  'rollout.promptsPerStep',
  'rollout.samplesPerPrompt',
  'rollout.maxNewTokens',
  'rollout.suffix',
  'optimizer.lr',
  'eval.every',
  'checkpoint.every',
  'train.seed',
]

async function resolved(preset: string | null, given: Readonly<Record<string, unknown>>): Promise<Config> {
  const layers: Setting[] = preset === null ? [] : await readLayers(preset)
  return resolveConfig([
    ...layers,
    ...Object.entries(given).map(([key, value]) => ({ key, value, origin: 'serl init' })),
  ])
}
