import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { FinishReason, type NativeEngine } from '../../../src/native/types.ts'
import { type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { dyingAfter, fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

// a response that does not end after two tokens goes on to the limit
const over = {
  'rollout.cancelStragglers': true,
  'rollout.promptsPerRound': 12,
  'rollout.promptsPerStep': 3,
  'rollout.maxNewTokens': 64,
  'rollout.maxStaleness': 0, // every step samples
  'train.steps': 3,
}

/** @param seen counts of rows that the engine gave up, and of groups that were voted on */
function opening(seen: { cancelled: number }, cancels = true): StartOptions['openModel'] {
  const wrap = (engine: NativeEngine): NativeEngine => ({
    ...engine,
    generate: async (...args) => {
      const out = await engine.generate(...args)
      seen.cancelled += out.finishReasons.filter((reason) => reason === FinishReason.cancelled).length
      return out
    },
    cancel: () => cancels && engine.cancel(),
  })
  return async (_, reference) => fakeModel(reference, undefined, wrap)
}

it('stragglers are cancelled, counted and never voted on; how late they are cancelled changes nothing', async () => {
  const folder = await questionFolder()
  const config = fakeConfig(folder, over)
  const [soon, never] = [{ cancelled: 0 }, { cancelled: 0 }]
  let votes = 0
  const checker = {
    ...fakeChecker,
    vote: (responses: readonly string[]) => {
      votes += 1
      return fakeChecker.vote(responses)
    },
  }
  const openChecker = async () => checker
  const one = await startRun(fakeStart(config, join(folder, 'soon'), { openModel: opening(soon), openChecker }))
  const sampled = one.metrics.reduce((sum, line) => sum + (line['groups.sampled'] ?? 0), 0)
  const dropped = one.metrics.reduce((sum, line) => sum + (line['groups.cancelled'] ?? 0), 0)
  expect(votes).toBe(sampled) // once each
  expect(dropped).toBeGreaterThan(2)
  expect(soon.cancelled).toBeGreaterThanOrEqual(dropped)
  await startRun(fakeStart(config, join(folder, 'never'), { openModel: opening(never, false) }))
  expect(never.cancelled).toBe(0)
  expect(await contents(join(folder, 'never'))).toEqual(await contents(join(folder, 'soon')))
  for (const line of one.metrics.slice(1)) {
    const text = await readFile(join(one.run, 'rollouts', `step-00000${line.step}.jsonl`), 'utf8')
    const groups = text
      .trim()
      .split('\n')
      .map((group) => JSON.parse(group))
    expect(groups.length).toBe(line['groups.sampled'])
    const tokens = groups.flatMap(({ responses }) => responses.map(({ newTokens }: { newTokens: number }) => newTokens))
    expect(Math.max(...tokens)).toBe(2) // the questions with short responses: the documented bias
    expect(line['groups.trained']).toBe(3)
  }
})

it('a run with stragglers cancelled resumes byte for byte', async () => {
  const folder = await questionFolder()
  const config = fakeConfig(folder, over)
  await startRun(fakeStart(config, join(folder, 'whole')))
  const whole = await contents(join(folder, 'whole'))
  const out = join(folder, 'died')
  await expect(startRun(fakeStart(config, out, { openModel: dyingAfter('generate', 11) }))).rejects.toThrow('power cut')
  await startRun(fakeStart(config, out, { resume: true }))
  expect(await contents(out)).toEqual(whole)
})

it('cancelling changes nothing where no round gives enough', async () => {
  const folder = await questionFolder()
  const few = { 'rollout.promptsPerRound': 3, 'rollout.promptsPerStep': 9, 'rollout.maxRounds': 2, 'train.steps': 2 }
  const run = async (cancelStragglers: boolean) => {
    const config = fakeConfig(folder, { ...few, 'rollout.cancelStragglers': cancelStragglers })
    const { run } = await startRun(fakeStart(config, join(folder, String(cancelStragglers))))
    const { '/config.yaml': _, ...files } = await contents(run)
    return Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, text.replaceAll(/"groups.cancelled":(0|null)/g, '')]),
    )
  }
  const [off, on] = [await run(false), await run(true)]
  expect(on).toEqual(off)
})
