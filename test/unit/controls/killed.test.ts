// What is left of a run with controls that is killed: it can be resumed, or begun again.
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, expect, it, vi } from 'vitest'
import { hasControls } from '../../../src/controls/controls-file.ts'
import { planControls } from '../../../src/controls/plan.ts'
import { type ControlsOptions, runControls } from '../../../src/controls/run-controls.ts'
import { UserError } from '../../../src/errors.ts'
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
let settings: Record<string, unknown>
beforeAll(async () => {
  folder = await questionFolder()
  const { engine, writeWeights } = await fakeModel(false)
  await writeWeights(folder) // model.path
  await engine.close()
  settings = { 'train.steps': 1, 'eval.path': await manyHeldOut(folder) }
})

function options(out: string, over: Partial<ControlsOptions> = {}): ControlsOptions {
  const config = fakeConfig(folder, settings)
  return { ...fakeStart(config, out), plan: planControls(config, { controls: ['random'], seeds: [0] }), ...over }
}

/** The folder after each write in it, and in the folder of a run where `runs` says so. */
async function killed(out: string, runs: boolean, work: () => Promise<unknown>): Promise<string[]> {
  const copies = `${out}-copies`
  await mkdir(copies)
  const run = join(out, 'vote', 'seed-0')
  hoisted.snapshots!.begin(out, copies, (path) => [out, ...(runs ? [run] : [])].includes(dirname(path)))
  await work()
  return hoisted.snapshots!.end()
}

const goOn = async (copy: string): Promise<Record<string, string>> => {
  const begun = existsSync(join(copy, 'config.yaml'))
  await runControls(options(copy, { resume: begun }))
  return contents(copy)
}

it('goes on as if nothing had been, after whichever write it was killed', async () => {
  const out = join(folder, 'whole')
  const copies = await killed(out, true, () => runControls(options(out)))
  const whole = await contents(out)
  expect(copies.length).toBeGreaterThan(8)
  // before config.yaml it is begun again; with it, it is a run with controls and not a single one
  expect(copies.filter((copy) => !existsSync(join(copy, 'config.yaml'))).length).toBeGreaterThan(0)
  for (const copy of copies) {
    if (existsSync(join(copy, 'config.yaml'))) expect(hasControls(copy), copy).toBe(true)
    expect(await goOn(copy), copy).toEqual(whole)
  }
})

it('is never taken for a single run while it cleans up, because the model did not open', async () => {
  const out = join(folder, 'unopened')
  const openModel = () => Promise.reject(new UserError('no CUDA here'))
  const copies = await killed(out, false, () =>
    expect(runControls(options(out, { openModel }))).rejects.toThrow('no CUDA here'),
  )
  expect(copies.length).toBeGreaterThan(2)
  for (const copy of copies) {
    if (existsSync(join(copy, 'config.yaml'))) expect(hasControls(copy), copy).toBe(true)
    await goOn(copy)
    expect(await readFile(join(copy, 'controls.md'), 'utf8')).toContain('# vote against random')
  }
})

it('leaves nothing that a single run in its folder would be taken for', async () => {
  const out = join(folder, 'before-config')
  const copies = await killed(out, false, () => runControls(options(out)))
  const copy = copies.find((one) => hasControls(one) && !existsSync(join(one, 'config.yaml')))!
  await startRun(fakeStart(fakeConfig(folder, settings), copy))
  expect(hasControls(copy)).toBe(false)
})
