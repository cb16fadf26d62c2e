// A run that is killed between any two writes of its end can be resumed.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { silentReporter } from '../../../src/log/reporter.ts'
import { readOutcome } from '../../../src/run/outcome-file.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, manyHeldOut, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'
import type { Snapshots } from '../../support/snapshots.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 }) // whole runs: long on a busy machine

const hoisted = vi.hoisted(() => ({ snapshots: null as Snapshots | null }))
vi.mock('node:fs/promises', async (original) => {
  const { Snapshots } = await vi.importActual<typeof import('../../support/snapshots.ts')>('../../support/snapshots.ts')
  hoisted.snapshots = new Snapshots()
  return hoisted.snapshots.watching(await original<typeof import('node:fs/promises')>())
})

let folder: string
let heldOut: string
beforeAll(async () => {
  folder = await questionFolder()
  heldOut = await manyHeldOut(folder)
  const { engine, writeWeights } = await fakeModel(false)
  await writeWeights(folder) // model.path
  await engine.close()
  // rewards the wrong answer: accuracy falls
  await writeFile(
    join(folder, 'wrong.mjs'),
    'export const score = ({ answers }) => answers.map((answer) => (answer === "3" ? 1 : 0))',
  )
})

const falling = (over: Record<string, unknown>) => ({
  'reward.kind': 'module',
  'eval.path': heldOut,
  'reward.scorer': join(folder, 'wrong.mjs'),
  'difficulty.low': 0,
  'difficulty.high': 1,
  'kl.coef': 0,
  'optimizer.lr': 0.5,
  'train.steps': 12,
  ...over,
})

const rollback = { 'guard.accuracyDrop': { above: 0.1, steps: 1, action: 'rollback' } }

/** A run, and its folder after each write that follows the line of its last step. */
async function ending(name: string, over: Record<string, unknown>, resume = false) {
  const out = join(folder, name)
  const copies = join(folder, `${name}-${resume ? 'resumed' : 'begun'}`)
  await mkdir(copies)
  const snapshots = hoisted.snapshots!
  const step = (): void => snapshots.begin(out, copies)
  const config = fakeConfig(folder, falling(over))
  const reporter = { ...silentReporter, step }
  const outcome = await startRun(fakeStart(config, out, { reporter, resume }))
  return {
    outcome,
    killed: snapshots.end(),
    resumed: (copy: string) => startRun(fakeStart(config, copy, { resume: true })),
  }
}

const weights = (of: string): Promise<Buffer> => readFile(join(of, 'model.safetensors'))

describe('a run that was killed at its end', () => {
  it.each([
    ['all steps done', { 'optimizer.lr': 0, 'train.steps': 3 }, 3],
    ['gone back to the base model, no checkpoint kept', { ...rollback, 'checkpoint.every': 50 }, 0],
    ['gone back to the base model, with checkpoints', { ...rollback, 'checkpoint.every': 1 }, 0],
    ['stopped by a guard', { 'guard.accuracyDrop': { above: 0.1, steps: 1, action: 'stop' } }, null],
    ['the best model of a whole run', { 'checkpoint.final': 'best', 'train.steps': 4 }, 0],
  ])('is resumed: %s', async (name, over, modelOfStep) => {
    const { outcome, killed, resumed } = await ending(name.replaceAll(/\W+/g, '-'), over)
    expect(outcome.modelOfStep).toBe(modelOfStep ?? outcome.stopped!.step)
    const whole = await contents(outcome.run)
    // with its final/ in place a run that a guard stopped has ended, and goes on if it is resumed
    const dead = killed.filter((copy) => modelOfStep !== null || !existsSync(join(copy, 'final')))
    expect(dead.length).toBeGreaterThan(2)
    for (const copy of dead) {
      const again = await resumed(copy)
      expect(again.modelOfStep, copy).toBe(outcome.modelOfStep)
      expect(await contents(copy), copy).toEqual(whole)
    }
  })

  it('is resumed where it had a final/ of an earlier end', async () => {
    await ending('longer', { 'optimizer.lr': 0, 'train.steps': 2 })
    const { outcome, killed, resumed } = await ending('longer', rollback, true)
    expect(outcome.modelOfStep).toBe(0)
    expect(killed.some((copy) => !existsSync(join(copy, 'final')))).toBe(true)
    for (const copy of killed) expect((await resumed(copy)).modelOfStep, copy).toBe(0)
  })

  it('has no final/ beside the outcome of another model', async () => {
    await ending('paired', { 'optimizer.lr': 0, 'train.steps': 2 })
    const { killed } = await ending('paired', rollback, true)
    const base = await weights(folder)
    for (const copy of killed) {
      const final = join(copy, 'final')
      if (!existsSync(final)) continue
      const isBase = (await weights(final)).equals(base)
      expect(isBase, copy).toBe((await readOutcome(copy))!.modelOfStep === 0)
    }
  })

  it('is not resumed where someone has removed its checkpoints', async () => {
    const { outcome, resumed } = await ending('removed', { 'optimizer.lr': 0.01, 'train.steps': 2 })
    await rm(join(outcome.run, 'checkpoints'), { recursive: true })
    await expect(resumed(outcome.run)).rejects.toThrow(/has a final\/ but no checkpoint to continue from/)
  })
})
