// The final model of a run that a guard ended, on the fake model.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readContender } from '../../../src/commands/compare/contenders.ts'
import { readHeldOut } from '../../../src/eval/read-held-out.ts'
import { selectingHalf } from '../../../src/eval/selecting-half.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { readOutcome } from '../../../src/run/outcome-file.ts'
import { type Outcome, type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, manyHeldOut, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole runs: long on a busy machine

let folder: string
let base: Buffer
let heldOut: string
beforeAll(async () => {
  folder = await questionFolder()
  heldOut = await manyHeldOut(folder)
  const { engine, writeWeights } = await fakeModel(false)
  await writeWeights(folder) // model.path
  await engine.close()
  base = await readFile(join(folder, 'model.safetensors'))
  // rewards the wrong answer: accuracy falls
  await writeFile(
    join(folder, 'wrong.mjs'),
    'export const score = ({ answers }) => answers.map((answer) => (answer === "3" ? 1 : 0))',
  )
})

let count = 0
let notes: string[] = []
const run = (over: Record<string, unknown>, options: Partial<StartOptions> = {}): Promise<Outcome> => {
  count += options.resume ? 0 : 1
  notes = []
  const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
  return startRun(fakeStart(fakeConfig(folder, over), join(folder, `run-${count}`), { reporter, ...options }))
}

const falling = () => ({
  'reward.kind': 'module',
  'eval.path': heldOut,
  'reward.scorer': join(folder, 'wrong.mjs'),
  'difficulty.low': 0,
  'difficulty.high': 1,
  'kl.coef': 0,
  'optimizer.lr': 0.5,
  'train.steps': 12,
})

const weightsOf = (path: string): Promise<Buffer> => readFile(join(path, 'model.safetensors'))
const checkpoint = (outcome: Outcome, step: number): string =>
  join(outcome.run, 'checkpoints', `step-${String(step).padStart(6, '0')}`)

describe('without labels', () => {
  const guard = { 'guard.kl': { above: 0.01, steps: 1, action: 'rollback' } }

  it('a run does not end with the model that tripped the guard', async () => {
    const outcome = await run({ ...falling(), ...guard, 'eval.path': null })
    const kl = outcome.metrics.map((line) => line['kl.mean'])
    // the KL of step 1 is that of the base model, the KL of step 2 that of the model of step 1
    expect(Math.abs(kl[1]!)).toBeLessThan(1e-6)
    expect(kl[2]).toBeGreaterThan(0.01)
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'kl' }, step: 2 }, modelOfStep: 0, bestNotKept: null })
    expect(await weightsOf(outcome.final)).toEqual(base)
    expect(await readdir(join(outcome.run, 'checkpoints'))).toEqual([])
  })

  it('keeps the candidate as well as the best, however few checkpoints are kept', async () => {
    const over = { 'eval.path': null, 'checkpoint.keep': 1, 'checkpoint.every': 2, 'guard.kl': { action: 'rollback' } }
    const outcome = await run({ ...over, 'optimizer.lr': 0.001 })
    expect((await readdir(join(outcome.run, 'checkpoints'))).sort()).toEqual(['step-000002', 'step-000004'])
    expect(await weightsOf(checkpoint(outcome, 4))).toEqual(await weightsOf(outcome.final))
  })
})

describe('a best model without a checkpoint', () => {
  const guard = { 'guard.accuracyDrop': { above: 0.1, steps: 1, action: 'rollback' } }
  const start = () => ({ ...falling(), 'checkpoint.every': 50, 'train.steps': 1 })

  it('is loaded from model.path if it is the base model', async () => {
    await run(start())
    const outcome = await run({ ...start(), ...guard, 'train.steps': 8 }, { resume: true })
    expect(outcome.metrics.at(-1)!['eval.accuracy']).toBeLessThan(0.9)
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'accuracyDrop' } }, modelOfStep: 0, bestNotKept: null })
    expect(await weightsOf(outcome.final)).toEqual(base)
    expect(notes.join('\n')).toMatch(/went back to the model of step 0: guard accuracyDrop/)
  })

  it('is missed, but the run ends well, if the base model is no longer there', async () => {
    const weights = join(folder, 'model.safetensors')
    await rm(weights)
    const outcome = await run({ ...start(), ...guard, 'train.steps': 8 }).finally(() => writeFile(weights, base))
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'accuracyDrop' } }, bestNotKept: 0 })
    expect(outcome.modelOfStep).toBe(outcome.metrics.at(-1)!.step)
    expect(notes.at(-1)).toContain('the best model, of step 0, was not kept')
  })

  it('is named if it is another', async () => {
    // 3 is right and rewarded, until the resumed run rewards another answer
    const threes = await manyHeldOut(folder, '3')
    const other = join(folder, 'other.mjs')
    await writeFile(other, 'export const score = ({ answers }) => answers.map((answer) => (answer === "3" ? 0 : 1))')
    const first = await run({ ...start(), 'eval.path': threes, 'optimizer.lr': 0.2, 'train.steps': 3 })
    const best = first.metrics.find((line) => line['eval.accuracy'] === 1)!.step
    expect([1, 2]).toContain(best)
    expect(await readdir(join(first.run, 'checkpoints'))).toEqual(['step-000003'])
    const over = { 'eval.path': threes, 'reward.scorer': other, 'optimizer.lr': 0.5, 'train.steps': 12 }
    const outcome = await run({ ...start(), ...guard, ...over }, { resume: true })
    const { step } = outcome.stopped!
    expect(step).toBeGreaterThan(3)
    expect(outcome).toMatchObject({
      stopped: { trip: { guard: 'accuracyDrop' } },
      modelOfStep: step,
      bestNotKept: best,
    })
    expect(notes.at(-1)).toContain(`It could not go back: the best model, of step ${best}, was not kept`)
    expect(await weightsOf(outcome.final)).toEqual(await weightsOf(checkpoint(outcome, step)))
  })
})

describe('other held-out questions on a resume', () => {
  it('make the search for the best model begin anew', async () => {
    const first = await run({ ...falling(), 'optimizer.lr': 0, 'train.steps': 1 })
    expect(first.metrics.at(-1)!['eval.accuracy']).toBe(1)
    const over = { ...falling(), 'eval.path': await manyHeldOut(folder, '7'), 'optimizer.lr': 0, 'train.steps': 4 }
    const guard = { 'guard.accuracyDrop': { steps: 1, action: 'rollback' } }
    const outcome = await run({ ...over, ...guard }, { resume: true })
    expect(outcome.stopped).toBeNull() // 0 of 7s, as before: nothing was lost
    expect(outcome.metrics.at(-1)).toMatchObject({ 'eval.accuracy': 0, 'eval.drop': 0 })
    expect(notes.filter((note) => note.includes('the held-out questions have changed')).length).toBe(1)
  })
})

describe('a verdict on a run', () => {
  const readRun = async (path: string) => {
    const contenders = await readContender(path)
    return contenders.map((contender) => ('run' in contender ? contender.run : null))
  }

  it('is given on the questions that did not choose its model', async () => {
    const guard = { 'guard.accuracyDrop': { steps: 1, action: 'rollback' } }
    const outcome = await run({ ...falling(), ...guard })
    const { 'eval.accuracy': accuracy, 'eval.reporting': reporting } = outcome.metrics[0]!
    const ending = { modelOfStep: 0, selected: true, selectedBy: ['guard'], heldOut: { accuracy, reporting } }
    expect(await readOutcome(outcome.run)).toMatchObject(ending)
    for (const part of await readRun(outcome.run)) {
      expect(part!.note).toContain('only the other half can judge it')
      const half = await readHeldOut(part!.heldOut!, 0)
      const all = await readHeldOut(heldOut, 0)
      const chosen = selectingHalf(all.map(({ problem }) => problem))
      expect(half.length).toBeGreaterThan(10)
      expect(half).toEqual(all.filter((_, i) => !chosen[i]))
    }
  })

  it('stays so when the run goes on from the chosen model', async () => {
    const over = { ...falling(), 'train.steps': 2, 'optimizer.lr': 0 }
    const outcome = await run(over, { resume: true })
    expect(outcome.stopped).toBeNull()
    expect(await readOutcome(outcome.run)).toMatchObject({
      ...{ step: 2, modelOfStep: 2, stopped: null, selected: true },
      selectedBy: ['guard'],
    })
  })

  it('is given on all of them where the run did all its steps', async () => {
    const outcome = await run({ ...falling(), 'train.steps': 1 })
    const { 'eval.accuracy': accuracy, 'eval.reporting': reporting } = outcome.metrics[1]!
    const ending = { step: 1, modelOfStep: 1, stopped: null, selected: false, selectedBy: [] }
    expect(await readOutcome(outcome.run)).toEqual({ ...ending, heldOut: { accuracy, reporting } })
    for (const part of await readRun(outcome.run)) expect(part).toMatchObject({ note: null, heldOut })
  })
})

describe('the best model at the end', () => {
  const best = { 'checkpoint.final': 'best', 'checkpoint.keep': 1 }

  it('is taken where the last one is worse, and judged by the other half', async () => {
    const outcome = await run({ ...falling(), ...best })
    expect(outcome.metrics.at(-1)!['eval.accuracy']).toBeLessThan(0.9)
    expect(outcome).toMatchObject({ stopped: null, modelOfStep: 0, selected: true })
    expect(await weightsOf(outcome.final)).toEqual(base)
    expect(await weightsOf(checkpoint(outcome, 12))).not.toEqual(base) // a resumed run continues with the last one
    expect(await readOutcome(outcome.run)).toEqual({
      ...{ step: 12, modelOfStep: 0, stopped: null, selected: true, selectedBy: ['checkpoint.final'] },
      heldOut: { accuracy: 1, reporting: 1 },
    })
    expect(notes.at(-1)).toMatch(/back to the model of step 0 \(100.0 % of .* that choose a model, the last one /)
  })

  it('is one that has a checkpoint, and is kept', async () => {
    const threes = await manyHeldOut(folder, '3') // rewarded
    const rising = { ...falling(), ...best, 'eval.path': threes, 'optimizer.lr': 0.2, 'train.steps': 3 }
    const outcome = await run({ ...rising, 'checkpoint.every': 50 })
    const first = outcome.metrics.find((line) => line['eval.accuracy'] === 1)!.step
    expect(await readdir(join(outcome.run, 'checkpoints'))).toEqual([`step-00000${first}`, 'step-000003'])
    expect(outcome).toMatchObject({ stopped: null, modelOfStep: 3, selected: true }) // as good, and trained longer
    expect(await weightsOf(outcome.final)).toEqual(await weightsOf(checkpoint(outcome, 3)))
  })

  it('is told from a guard that stopped the run by held-out questions', async () => {
    const guard = { 'guard.accuracyDrop': { above: 0.1, steps: 1, action: 'stop' } }
    const outcome = await run({ ...falling(), ...best, ...guard })
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'accuracyDrop' } }, selected: true })
    expect((await readOutcome(outcome.run))!.selectedBy).toEqual(['checkpoint.final', 'guard'])
  })

  it('is not looked for without held-out questions', async () => {
    const outcome = await run({ ...falling(), ...best, 'eval.path': null, 'train.steps': 2 })
    expect(outcome).toMatchObject({ stopped: null, modelOfStep: 2, selected: false })
  })
})

describe('the last step of a run that a guard ended', () => {
  it('is evaluated, though no evaluation was due', async () => {
    const guard = { 'guard.kl': { above: 0.01, steps: 1, action: 'stop' } }
    const outcome = await run({ ...falling(), ...guard, 'eval.every': 50 })
    const measured = outcome.metrics.filter((line) => line['eval.accuracy'] !== null).map((line) => line.step)
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'kl' } }, modelOfStep: 2 })
    expect(measured).toEqual([0, 2])
  })
})
