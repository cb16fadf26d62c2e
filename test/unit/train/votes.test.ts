import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { RewardedGroup } from '../../../src/rollout/group.ts'
import { roundSize } from '../../../src/train/round-size.ts'
import { startRun } from '../../../src/train/start.ts'
import { newTally } from '../../../src/train/tally.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

it('more responses vote than are trained on', async () => {
  const folder = await questionFolder()
  const over = { 'reward.votes': 16, 'rollout.samplesPerPrompt': 4, 'train.steps': 1, 'reward.choose': 'variance' }
  const config = fakeConfig(folder, { ...over, 'reward.unfinished': 'zero' })
  const { run, metrics } = await startRun(fakeStart(config, join(folder, 'run')))
  const lines = (await readFile(join(run, 'rollouts', 'step-000001.jsonl'), 'utf8')).trim().split('\n')
  for (const line of lines) expect(JSON.parse(line).responses.length).toBe(16)
  expect(metrics[1]!['groups.trained']).toBe(4)
  expect(metrics[1]!['optimizer.steps']).toBe((4 * 4) / 8)
})

describe('the size of a round', () => {
  const config = fakeConfig('/nowhere', { 'rollout.promptsPerRound': 16 })
  const sized = (answered: number, kept: number, missing: number): number =>
    roundSize(config, missing, { ...newTally(), answered: Array<RewardedGroup>(answered), kept })

  it('is full at first, then by the share kept so far', () => {
    expect(sized(0, 0, 16)).toBe(16)
    expect(sized(16, 12, 4)).toBe(6)
    expect(sized(16, 15, 1)).toBe(2)
    expect(sized(16, 2, 14)).toBe(16)
    expect(sized(32, 0, 16)).toBe(16)
  })
})
