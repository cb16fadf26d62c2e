// Seeds with answers beside questions that the model writes, on the fake model.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { rewardGroup, rightOf } from '../../../src/reward/kinds.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeGroup } from '../../support/fake-group.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
})

describe('mixed rewards', () => {
  it('are by the known answer where there is one, by the vote elsewhere', async () => {
    const tools = {
      config: fakeConfig(folder, { 'reward.kind': 'mixed', 'rollout.seedShare': 0.5 }),
      checker: fakeChecker,
      scorer: null,
    }
    const group = fakeGroup({ rewards: [5, 5, 6] }) // "It is 5." and so on
    const known = { ...group, question: { ...group.question, answer: '6' } }
    expect([...(await rewardGroup(tools, group, 1)).rewards]).toEqual([1, 1, 0])
    expect([...(await rewardGroup(tools, known, 1)).rewards]).toEqual([0, 0, 1])
    expect(await rightOf(tools, group)).toBeNull()
    expect(await rightOf(tools, known)).toEqual(Float32Array.of(0, 0, 1))
  })

  it('train on seeds and own questions, by share, and measure vote and reward', async () => {
    const over = { 'reward.kind': 'mixed', 'rollout.seedShare': 0.5, 'train.steps': 2 }
    const { run, metrics } = await startRun(fakeStart(fakeConfig(folder, over), join(folder, 'mixed')))
    const lines = (await readFile(join(run, 'rollouts', 'step-000001.jsonl'), 'utf8')).trim().split('\n')
    const sources = lines.map((line) => JSON.parse(line).source)
    expect(sources.filter((source) => source === 'seed').length).toBe(sources.length / 2)
    const [, first] = metrics
    expect(first!['reward.accuracy']).toBe(1) // on seeds the reward is the truth
    const seeds = lines.map((line) => JSON.parse(line)).filter(({ source }) => source === 'seed')
    const voted = seeds.filter(({ majority }) => majority !== null)
    const rightVotes = voted.filter(({ majority }) => majority === '2')
    expect(first!['vote.accuracy']).toBeCloseTo(rightVotes.length / voted.length)
  })
})

describe('the accuracy of votes', () => {
  it('is measured in every mode where seeds have answers', async () => {
    const over = { 'instruct.source': 'given', 'train.steps': 1 }
    const { run, metrics } = await startRun(fakeStart(fakeConfig(folder, over), join(folder, 'given')))
    const lines = (await readFile(join(run, 'rollouts', 'step-000001.jsonl'), 'utf8')).trim().split('\n')
    const majorities = lines.map((line) => JSON.parse(line).majority)
    expect(metrics[1]!['vote.accuracy']).toBeCloseTo(majorities.filter((m) => m === '2').length / majorities.length)
    expect(metrics[1]!['reward.accuracy']).not.toBeNull()
  })

  it('is unknown for questions that the model wrote', async () => {
    const { metrics } = await startRun(fakeStart(fakeConfig(folder, { 'train.steps': 1 }), join(folder, 'self')))
    expect(metrics[1]).toMatchObject({ 'vote.accuracy': null, 'reward.accuracy': null })
  })
})
