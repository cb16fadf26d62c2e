import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { readAnswered } from '../../../src/lineage/answered.ts'
import { decodeState } from '../../../src/run/train-state.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

it('finds the questions of every batch, though no file names them: they are kept, and neither waiting nor expired', async () => {
  const folder = await questionFolder()
  const over = { 'train.steps': 6, 'rollout.promptsPerRound': 9, 'rollout.maxStaleness': 1, 'checkpoint.every': 1 }
  const config = fakeConfig(folder, { ...over, 'checkpoint.keep': 9, 'rollout.promptsPerStep': 3 })
  const { run } = await startRun(fakeStart(config, join(folder, 'run')))
  const waitingAfter = async (step: number): Promise<readonly { readonly id: string; readonly step: number }[]> => {
    const file = join(run, 'checkpoints', `step-00000${step}`, 'trainer', 'state.json')
    return decodeState(await readFile(file, 'utf8')).queuedGroups.map(({ question, step }) => ({
      id: question.id,
      step,
    }))
  }
  const states = await Promise.all([1, 2, 3, 4, 5, 6].map(waitingAfter))
  const untrained = new Set<string>(states.at(-1)!.map(({ id }) => id))
  for (const [i, waiting] of states.entries()) {
    // too old for the next step: maxStaleness is 1
    if (i + 1 < 6) for (const { id, step } of waiting) if (step < i + 2 - 1) untrained.add(id)
  }
  const answered = await readAnswered(run)
  const kept = [...answered].filter(([, { inBand }]) => inBand)
  expect(
    kept
      .filter(([, { trained }]) => !trained)
      .map(([id]) => id)
      .sort(),
  ).toEqual([...untrained].sort())
  expect(kept.filter(([, { trained }]) => trained).length).toBe(6 * 3)
  expect(states.flat().length).toBeGreaterThan(untrained.size) // some waited and were trained on
})
