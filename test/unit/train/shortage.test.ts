// Steps with too little data: questions run out or are too long, gradients are not finite.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { summaryText } from '../../../src/commands/train/summary.ts'
import type { NativeEngine, PolicyLoss } from '../../../src/native/types.ts'
import { NoFiniteGradient } from '../../../src/rl/update.ts'
import { readOutcome } from '../../../src/run/outcome-file.ts'
import { NothingAcceptable, nothingToTrainOn } from '../../../src/train/nothing-acceptable.ts'
import { type Outcome, startRun } from '../../../src/train/start.ts'
import { newTally } from '../../../src/train/tally.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole runs: long on a busy machine

let folder: string
let count = 0
beforeAll(async () => {
  folder = await questionFolder()
})

const run = (over: Record<string, unknown>, wrap?: (engine: NativeEngine) => NativeEngine): Promise<Outcome> => {
  count += 1
  const openModel = async (_: unknown, reference: boolean) => fakeModel(reference, undefined, wrap)
  return startRun(fakeStart(fakeConfig(folder, over), join(folder, `run-${count}`), { openModel }))
}

describe('questions that run out', () => {
  const asking = 200 // instruct.maxNewTokens of the fake config
  /** Proposes acceptable questions in the first `rounds` rounds only. */
  const drying =
    (rounds: number) =>
    (engine: NativeEngine): NativeEngine => {
      let asked = 0
      return {
        ...engine,
        generate: (prompts, sampling, onProgress) => {
          if (sampling.maxNewTokens === asking) asked += 1
          const dry = sampling.maxNewTokens === asking && asked > rounds
          return engine.generate(prompts, dry ? { ...sampling, maxNewTokens: 1 } : sampling, onProgress)
        },
      }
    }
  const short = { 'rollout.promptsPerStep': 50, 'train.steps': 1, 'instruct.maxRounds': 2 }

  it('leave a step with the groups kept before', async () => {
    const { metrics } = await run(short, drying(2))
    expect(metrics[1]!['groups.trained']).toBe(metrics[1]!['groups.kept'])
    expect(metrics[1]!['groups.trained']).toBeGreaterThan(0)
    expect(metrics[1]!['groups.trained']).toBeLessThan(50)
  })

  it('end the run if configured, or if there was none at all', async () => {
    await expect(run({ ...short, 'rollout.whenShort': 'stop' }, drying(2))).rejects.toThrow(
      /lie in the difficulty band/,
    )
    await expect(run(short, drying(0))).rejects.toThrow(/no new question was accepted in 2 rounds/)
  })

  it('end the run well if it has trained: final/ is written, the last step evaluated', async () => {
    const over = { 'train.steps': 6, 'instruct.maxRounds': 1, 'rollout.promptsPerStep': 2, 'rollout.maxStaleness': 0 }
    const outcome = await run({ ...over, 'instruct.maxStaleness': 0, 'eval.every': 50 }, drying(4))
    const { stopped, metrics } = outcome
    expect(stopped!.trip).toBeNull()
    expect(stopped!.text).toMatch(/no new question was accepted in 1 round/)
    expect(stopped!.step).toBeLessThan(6)
    expect(metrics.at(-1)).toMatchObject({ step: stopped!.step, 'groups.trained': 0, 'eval.accuracy': 1 })
    expect(await readdir(outcome.final)).toContain('model.safetensors')
    expect(summaryText(outcome, fakeConfig(folder))).toContain(
      'The run ended for want of questions: no new question was accepted',
    )
  })

  it('end it with the model that it began with, where that is asked for', async () => {
    const config = fakeConfig(folder, short)
    const out = join(folder, 'ended')
    const openModel = async (_: unknown, reference: boolean) => fakeModel(reference, undefined, drying(0))
    const { final, stopped } = await startRun(fakeStart(config, out, { openModel, whenNothing: 'end' }))
    expect(stopped!.text).toMatch(/^no new question was accepted in /)
    const ending = { step: 0, modelOfStep: 0, stopped: stopped!.text }
    expect(await readOutcome(out)).toEqual({
      ...ending,
      selected: false,
      selectedBy: [],
      heldOut: { accuracy: 1, reporting: 1 },
    })
    const { engine, writeWeights } = await fakeModel(false)
    await writeWeights(join(folder, 'base'))
    await engine.close()
    const weights = (path: string) => readFile(join(path, 'model.safetensors'))
    expect(await weights(final)).toEqual(await weights(join(folder, 'base')))
  })

  it('end a round with the pass if they are given: no question is in it twice', async () => {
    const over = { 'instruct.source': 'given', 'rollout.promptsPerRound': 5, 'rollout.maxRounds': 1, 'train.steps': 4 }
    const { metrics } = await run({ ...over, 'rollout.promptsPerStep': 12, 'train.maxEmptySteps': 4 })
    expect(metrics.map((line) => line['groups.sampled'])).toEqual([null, 5, 5, 2, 5]) // of 12
  })
})

describe('questions that are too long', () => {
  it('are counted, and training continues without them', async () => {
    const mixed = join(folder, 'mixed.jsonl')
    const lines = [...Array(4).fill('ab cd'), 'ab '.repeat(40).trim()].map((problem) => JSON.stringify({ problem }))
    await writeFile(mixed, `${lines.join('\n')}\n`)
    const over = { 'seeds.path': mixed, 'instruct.source': 'given', 'rollout.promptsPerRound': 5, 'train.steps': 1 }
    const { metrics } = await run({ ...over, 'rollout.maxPromptTokens': 30, 'rollout.maxRounds': 1 })
    expect(metrics[1]).toMatchObject({ 'instructions.tooLong': 1, 'groups.sampled': 4, 'groups.expired': 0 })
  })

  it('are the reason given if none could be asked', () => {
    const tally = { ...newTally(), tooLong: 7 }
    const error = nothingToTrainOn(tally, fakeConfig(folder, { 'rollout.maxPromptTokens': 5 }))
    expect(error).toBeInstanceOf(NothingAcceptable)
    expect(error.message).toMatch(/^no question could be asked: 7 questions were left out: .*maxPromptTokens = 5/)
    expect(error.message).not.toMatch(/too easy/)
  })
})

describe('groups left over', () => {
  it('are counted when they have waited too long', async () => {
    const over = { 'rollout.promptsPerRound': 12, 'rollout.promptsPerStep': 2, 'instruct.promptsPerRound': 8 }
    const { metrics } = await run({ ...over, 'rollout.maxStaleness': 0, 'train.steps': 2 })
    expect(metrics[2]!['groups.expired']).toBe(metrics[1]!['groups.kept']! - metrics[1]!['groups.trained']!)
    expect(metrics[2]!['groups.expired']).toBeGreaterThan(0)
  })
})

describe('non-finite gradients', () => {
  /** The optimizer steps from `first` to `last`, counted from 1, have NaN advantages. */
  const breaking =
    (first: number, last: number) =>
    (engine: NativeEngine): NativeEngine => {
      let steps = 1
      return {
        ...engine,
        step: (params) => {
          steps += 1
          return engine.step(params)
        },
        accumulate: (batch, loss) => {
          if (steps < first || steps > last) return engine.accumulate(batch, loss)
          return engine.accumulate(batch, {
            ...(loss as PolicyLoss),
            advantages: (loss as PolicyLoss).advantages.map(() => Number.NaN),
          })
        },
      }
    }

  it('of one optimizer step do not affect the metrics of the others', async () => {
    const outcome = await run({ 'train.steps': 2 }, breaking(2, 2))
    const line = outcome.metrics[1]!
    expect(line).toMatchObject({ 'optimizer.skipped': 1, 'optimizer.steps': 3, 'groups.trained': 4 })
    for (const key of ['loss', 'gradNorm', 'clipFraction', 'entropy.mean', 'ratio.max'] as const) {
      expect(Number.isFinite(line[key]), key).toBe(true)
    }
    expect(summaryText(outcome, fakeConfig(folder))).not.toContain('found no question')
  })

  it('of all steps of an update end the run, after a checkpoint of the step before', async () => {
    const failed = run({ 'train.steps': 4, 'checkpoint.every': 9 }, breaking(9, 12)) // the third of 4 per step
    await expect(failed).rejects.toThrow(NoFiniteGradient)
    const out = join(folder, `run-${count}`)
    expect(await readdir(join(out, 'checkpoints'))).toEqual(['step-000002'])
    const config = fakeConfig(folder, { 'train.steps': 4, 'checkpoint.every': 9 })
    const { metrics } = await startRun(fakeStart(config, out, { resume: true }))
    const whole = await run({ 'train.steps': 4, 'checkpoint.every': 9 })
    expect(metrics.map((line) => line.loss)).toEqual(whole.metrics.map((line) => line.loss))
    const weights = (path: string) => readFile(join(path, 'final', 'model.safetensors'))
    expect(await weights(out)).toEqual(await weights(whole.run))
  })
})

describe('held-out responses', () => {
  it('that were cut off are counted', async () => {
    const { metrics } = await run({ 'train.steps': 1, 'eval.maxNewTokens': 1 }) // no room for the token that ends it
    expect(metrics[0]).toMatchObject({ 'eval.accuracy': 1, 'eval.unfinished': 1 })
  })
})
