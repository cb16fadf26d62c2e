import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { main } from '../../../../src/cli.ts'
import { silentReporter } from '../../../../src/log/reporter.ts'
import { lockRun } from '../../../../src/run/run-lock.ts'
import { Interrupted } from '../../../../src/train/context.ts'
import { startRun } from '../../../../src/train/start.ts'
import { fakeModel } from '../../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../../support/fake-run.ts'
import { heardOutput } from '../../../support/heard-output.ts'
import { expectRefused } from '../../../support/refused.ts'
import { contents } from '../../../support/run-contents.ts'

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A run that someone asks to stop in its second step. */
async function stoppedRun(out: string, ...flags: string[]) {
  const said = heardOutput()
  const notes: string[] = []
  let stopping: Promise<number> | null = null
  const reporter = {
    ...silentReporter,
    note: (text: string) => void notes.push(text),
    underway: ({ step }: { step: number }) => {
      if (step === 2) stopping ??= main(['stop', out, ...flags])
    },
  }
  // the step goes on once the request is there
  const openModel = (_: unknown, reference: boolean) =>
    fakeModel(reference, undefined, (engine) => ({
      ...engine,
      generate: async (...call) => {
        while (stopping !== null && !existsSync(join(out, '.stop'))) await setTimeout(5)
        return engine.generate(...call)
      },
    }))
  const run = startRun(fakeStart(fakeConfig(folder, { 'checkpoint.keep': 9 }), out, { reporter, openModel }))
  const ended = await run.catch((error: unknown) => error)
  return { ended, code: await stopping, said: said(), notes }
}

it('a run that is asked to stop finishes its step, saves it, and can be resumed as if nothing had been', async () => {
  const out = join(folder, 'stopped')
  const { ended, code, said, notes } = await stoppedRun(out)
  expect(ended).toBeInstanceOf(Interrupted)
  expect(code).toBe(0)
  expect(notes).toContain('asked to stop: saving step 2')
  expect(said).toMatch(/stopped after step 2 and saved it\. Continue with: npx serl train --resume --out /)
  expect(existsSync(join(out, 'checkpoints/step-000002'))).toBe(true)
  expect(existsSync(join(out, '.stop'))).toBe(false)
  const config = fakeConfig(folder, { 'checkpoint.keep': 9 })
  await startRun(fakeStart(config, out, { resume: true }))
  await startRun(fakeStart(config, join(folder, 'whole')))
  expect(await contents(out)).toEqual(await contents(join(folder, 'whole')))
})

it('says so as JSON', async () => {
  const out = join(folder, 'json')
  const { code, said } = await stoppedRun(out, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(said)).toMatchObject({ run: out, state: 'interrupted', step: 2, checkpoint: 2 })
})

it('a request that another run left is not heeded', async () => {
  const out = join(folder, 'stale')
  const release = await lockRun(out)
  await writeFile(join(out, '.stop'), 'then\n')
  await release()
  const { metrics } = await startRun(fakeStart(fakeConfig(folder, { 'train.steps': 1 }), out))
  expect(metrics.at(-1)?.step).toBe(1)
})

it('is refused for what does not run, and after the time limit the request stays', async () => {
  const said = heardOutput()
  await expectRefused(main(['stop', folder]), said, /is not the folder of a run: npx serl runs lists them/)
  const out = join(folder, 'long')
  await startRun(fakeStart(fakeConfig(folder, { 'train.steps': 1 }), out))
  await writeFile(join(out, 'final/config.json'), '{}')
  await expectRefused(main(['stop', out]), said, /long is not running: it is finished/)
  const release = await lockRun(out)
  const timeout = main(['stop', out, '--timeout', '0'])
  await expectRefused(timeout, said, /still in its step after 0 s \(process \d+ on .*the request stays/)
  expect(existsSync(join(out, '.stop'))).toBe(true)
  await release()
})
