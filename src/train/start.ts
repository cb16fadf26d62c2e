import { existsSync } from 'node:fs'
import { newestCheckpoint, resumeRun } from '../checkpoint/resume.ts'
import { saveFinal } from '../checkpoint/save.ts'
import { configChanges } from '../config/changes.ts'
import { requirePaths } from '../config/check.ts'
import { readLayers } from '../config/layers.ts'
import { resolveConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { configText } from '../config/text.ts'
import { UserError } from '../errors.ts'
import { type HeldOutQuestion, readHeldOut } from '../eval/held-out.ts'
import { emptyPool } from '../instruct/pool.ts'
import { readSeeds, type Seed } from '../instruct/seeds.ts'
import type { StepMetrics } from '../log/metrics.ts'
import type { Reporter } from '../log/reporter.ts'
import {
  configFile,
  createRunFolder,
  finalFolder,
  openRunFolder,
  type RunFolder,
  requireEmpty,
} from '../log/run-folder.ts'
import type { AnswerChecker } from '../reward/checker.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { openScorer, type Scorer } from '../scorer/scorer.ts'
import { knownQuestions } from './known-questions.ts'
import { train } from './loop.ts'
import type { TrainModel } from './model.ts'
import { initialState } from './state.ts'
import type { Stopped } from './stop.ts'

export interface StartOptions {
  readonly config: Config
  readonly out: string // the run's folder
  readonly resume: boolean
  readonly reporter: Reporter
  readonly signal: AbortSignal // aborted: cancel generation, save, stop
  /** Loads the model; `reference`: with frozen weights for KL. */
  readonly openModel: (config: Config, reference: boolean) => Promise<TrainModel>
  readonly openChecker: (config: Config) => Promise<AnswerChecker>
}

export interface Outcome {
  readonly run: string
  readonly final: string // folder of the trained model
  readonly metrics: readonly StepMetrics[]
  readonly stopped: Stopped | null // by a guard
}

/**
 * A whole run: checks what can be checked cheaply, opens the model, trains or resumes, writes final/.
 * @throws UserError, Interrupted
 */
export async function startRun(options: StartOptions): Promise<Outcome> {
  const { config, out, resume, reporter, signal } = options
  const data = await readData(config)
  if (resume) await requireRun(out)
  else await requireEmpty(out)
  const model = await options.openModel(config, keepsReference(config))
  const checker = await options.openChecker(config)
  const scorer = await scorerOf(config)
  const cancel = (): void => model.engine.cancel()
  signal.addEventListener('abort', cancel)
  try {
    requireRoom(config, model)
    const folder = resume ? openRunFolder(out) : await createRunFolder(out, configText(config))
    const start = (resume ? await resumeRun(model, out) : null) ?? initialState(emptyPool)
    if (resume) reporter.note(await resumeNote(out, start.step, config))
    const known = knownQuestions(data.seeds)
    const run = { config, model, ...data, known, checker, scorer, folder, reporter, signal }
    return await finish(model, folder, await train(run, start))
  } finally {
    signal.removeEventListener('abort', cancel)
    await checker.close()
    await scorer?.close()
    await model.engine.close()
  }
}

async function finish(model: TrainModel, folder: RunFolder, stopped: Stopped | null): Promise<Outcome> {
  const final = await saveFinal(model, folder.path)
  return { run: folder.path, final, metrics: await folder.readMetrics(), stopped }
}

const scorerOf = async ({ reward }: Config): Promise<Scorer | null> =>
  reward.scorer === null ? null : openScorer(reward.scorer, reward.scorerLimitMs)

async function readData(config: Config): Promise<{ seeds: Seed[]; heldOut: HeldOutQuestion[] }> {
  const seedsPath = requirePaths(config).seeds
  const seeds = await readSeeds(seedsPath)
  if (config.reward.kind === 'rule') {
    const unanswered = seeds.find((seed) => seed.answer === undefined)
    if (unanswered !== undefined) {
      const line = unanswered.id.replace('seed-', '')
      throw new UserError(`${seedsPath}:${line}: no "answer", which reward.kind = rule compares with`)
    }
  }
  const heldOut = config.eval.path === null ? [] : await readHeldOut(config.eval.path, config.eval.limit)
  return { seeds, heldOut }
}

/** Where a resumed run goes on, and which settings are not those it began with. */
async function resumeNote(out: string, step: number, config: Config): Promise<string> {
  const began = resolveConfig(await readLayers(configFile(out)))
  const changes = configChanges(began, config)
  const changed = changes.length === 0 ? '' : `, with other settings than it began with: ${changes.join(', ')}`
  return `resuming ${out} after step ${step}${changed}`
}

async function requireRun(out: string): Promise<void> {
  if (!existsSync(configFile(out))) {
    throw new UserError(`--resume: ${out} holds no run (no config.yaml): leave --resume away to start one there`)
  }
  if ((await newestCheckpoint(out)) === null && existsSync(finalFolder(out))) {
    throw new UserError(`--resume: ${out} has a final/ but no checkpoint to go on from`)
  }
}

/** @throws UserError if not even a short prompt fits beside the new tokens. */
function requireRoom(config: Config, model: TrainModel): void {
  const asked = { 'rollout.maxNewTokens': config.rollout.maxNewTokens, 'eval.maxNewTokens': config.eval.maxNewTokens }
  for (const [key, tokens] of Object.entries(asked)) {
    if (tokens >= model.maxPositions) {
      throw new UserError(
        `${key} = ${tokens} leaves no room for a prompt: the model has ${model.maxPositions} positions`,
      )
    }
  }
}
