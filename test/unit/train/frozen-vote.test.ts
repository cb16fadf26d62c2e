// Rewards by the vote of the base model, on the fake model.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { silentReporter } from '../../../src/log/reporter.ts'
import type { NativeEngine } from '../../../src/native/types.ts'
import { difficultyOf } from '../../../src/reward/difficulty.ts'
import { rewardGroup } from '../../../src/reward/kinds.ts'
import { Interrupted } from '../../../src/train/context.ts'
import { type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeGroup } from '../../support/fake-group.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
})

const byBase = { 'reward.kind': 'frozen-vote', 'optimizer.lr': 0.2 }

interface Line {
  readonly text: string
  readonly verdict: string
  readonly frozen: { readonly majority: string | null; readonly votes: readonly [number, number] }
  readonly responses: readonly { readonly answer: string | null; readonly reward: number }[]
}

const rollouts = async (run: string, step: number): Promise<Line[]> => {
  const text = await readFile(join(run, 'rollouts', `step-00000${step}.jsonl`), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** Opens fake models, and counts the rows that each of them samples: first the policy's, then the base's. */
function counting(): { openModel: StartOptions['openModel']; rows: number[] } {
  const rows: number[] = []
  const openModel = async (_: unknown, reference: boolean) => {
    const place = rows.push(0) - 1
    const counted = (engine: NativeEngine): NativeEngine => ({
      ...engine,
      generate: (prompts, sampling, onProgress) => {
        rows[place]! += sampling.seeds.length
        return engine.generate(prompts, sampling, onProgress)
      },
    })
    return fakeModel(reference, undefined, counted)
  }
  return { openModel, rows }
}

describe('rewards by a frozen vote', () => {
  const tools = { config: fakeConfig('/', byBase), checker: fakeChecker, scorer: null }

  it('are 1 where a response gives the answer of the base model, whatever the policy votes', async () => {
    const group = fakeGroup({ rewards: [5, 5, 6, 7] }) // "It is 5." and so on
    const frozen = { majority: '6', votes: [3, 1] as const, voters: 4 }
    const vote = await rewardGroup(tools, { ...group, frozen }, 1)
    expect([...vote.rewards]).toEqual([0, 0, 1, 0])
    const none = await rewardGroup(tools, { ...group, frozen: { ...frozen, majority: null } }, 1)
    expect([...none.rewards]).toEqual([0, 0, 0, 0])
    expect(none.majority).toBe('5')
  })

  it('are trained on only where the vote of the base model is clear', () => {
    const config = fakeConfig('/', { ...byBase, 'difficulty.minMargin': 2 })
    const group = fakeGroup({ rewards: [1, 1, 0, 0], votes: [2, 2] })
    const judged = (frozen: { majority: string | null; votes: [number, number]; voters: number }) =>
      difficultyOf({ ...group, frozen }, config)
    expect(judged({ majority: '1', votes: [3, 1], voters: 4 })).toBe('kept')
    expect(judged({ majority: '1', votes: [2, 1], voters: 4 })).toBe('undecided')
    expect(judged({ majority: null, votes: [0, 0], voters: 4 })).toBe('undecided')
    expect(judged({ majority: '1', votes: [1, 0], voters: 1 })).toBe('unfinished')
  })
})

describe('a run with frozen votes', () => {
  it('rewards own questions by an engine that is not trained', async () => {
    const { openModel, rows } = counting()
    const config = fakeConfig(folder, { ...byBase, 'train.steps': 3 })
    const { run, metrics } = await startRun(fakeStart(config, join(folder, 'self'), { openModel }))
    expect(rows).toHaveLength(2)
    const asked = metrics.reduce((sum, line) => sum + (line['groups.sampled'] ?? 0), 0)
    expect(rows[1]).toBe(8 * asked) // as many responses as the policy gives, each question once
    for (const { frozen, responses } of (await Promise.all([1, 2, 3].map((step) => rollouts(run, step)))).flat()) {
      for (const { answer, reward } of responses) {
        expect(reward).toBe(Number(answer !== null && answer === frozen.majority))
      }
    }
  })

  it('takes each vote on a seed question once, however often it comes back', async () => {
    const { openModel, rows } = counting()
    const over = { ...byBase, 'instruct.source': 'given', 'rollout.maxRounds': 3, 'train.steps': 3 }
    const config = fakeConfig(folder, { ...over, 'rollout.promptsPerStep': 12 })
    const { run } = await startRun(fakeStart(config, join(folder, 'given'), { openModel }))
    const votes = new Map<string, string>()
    let again = 0
    for (const { text, frozen } of (await Promise.all([1, 2, 3].map((step) => rollouts(run, step)))).flat()) {
      const vote = JSON.stringify(frozen)
      again += Number(votes.has(text))
      expect(votes.get(text) ?? vote).toBe(vote)
      votes.set(text, vote)
    }
    expect(again).toBeGreaterThan(10)
    expect(rows[1]).toBe(8 * votes.size)
  })

  it.each(['self', 'given'])('continues bit for bit with source %s', async (source) => {
    const over = { ...byBase, 'instruct.source': source, 'train.steps': 4, 'checkpoint.every': 1, 'checkpoint.keep': 9 }
    const config = fakeConfig(folder, over)
    await startRun(fakeStart(config, join(folder, `whole-${source}`)))
    const controller = new AbortController()
    let steps = 0
    const reporter = {
      ...silentReporter,
      step: () => {
        steps += 1
      },
      progress: (stage: string) => {
        const asking = source === 'self' ? 'asking the base model' : 'answering'
        if (steps === 3 && stage === asking) controller.abort()
      },
    }
    const out = join(folder, `parts-${source}`)
    await expect(startRun(fakeStart(config, out, { reporter, signal: controller.signal }))).rejects.toThrow(Interrupted)
    await startRun(fakeStart(config, out, { resume: true }))
    expect(await contents(out)).toEqual(await contents(join(folder, `whole-${source}`)))
  })
})
