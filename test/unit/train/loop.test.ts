import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { StepMetrics } from '../../../src/log/metrics.ts'
import { NothingAcceptable } from '../../../src/train/nothing-acceptable.ts'
import { type Outcome, startRun } from '../../../src/train/start.ts'
import { byteVocabSize } from '../../support/byte-tokenizer.ts'
import { fakeModel, playerTable } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

const lines = async (file: string): Promise<Record<string, unknown>[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

const issueKeys = [
  ...['step', 'eval.accuracy', 'reward.mean', 'vote.majorityShare', 'vote.answerless', 'instructions.proposed'],
  ...['instructions.kept', 'kl.mean', 'entropy.mean', 'loss', 'gradNorm', 'clipFraction', 'learningRate'],
  ...['mismatch.mean', 'mismatch.max', 'tokens.generated', 'tokens.trained', 'seconds.propose', 'seconds.rollout'],
  ...['seconds.update', 'seconds.total'],
]

describe('a self-play run', () => {
  let folder: string
  let outcome: Outcome
  const metrics = (step: number): StepMetrics => outcome.metrics[step]!
  beforeAll(async () => {
    folder = await questionFolder()
    outcome = await startRun(fakeStart(fakeConfig(folder, { 'train.steps': 6 }), join(folder, 'run')))
  })

  it('writes one line per step, the evaluation before training first, every key on every line', () => {
    expect(outcome.metrics.map((line) => line.step)).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const line of outcome.metrics) for (const key of issueKeys) expect(line).toHaveProperty(key)
    expect(metrics(0)['eval.accuracy']).toBe(1)
    expect(metrics(0).loss).toBeNull()
    expect(metrics(6)['eval.accuracy']).not.toBeNull()
  })

  it('raises agreement without labels', () => {
    expect(metrics(1)['vote.majorityShare']).toBeLessThan(0.7)
    expect(metrics(6)['vote.majorityShare']).toBeGreaterThan(0.8)
  })

  it('logs every proposal with its verdict', async () => {
    const proposals = await lines(join(outcome.run, 'instructions.jsonl'))
    const total = outcome.metrics.reduce((sum, line) => sum + (line['instructions.proposed'] ?? 0), 0)
    const kept = outcome.metrics.reduce((sum, line) => sum + (line['instructions.kept'] ?? 0), 0)
    expect(proposals.length).toBe(total)
    expect(proposals.filter((proposal) => proposal.kept).length).toBe(kept)
    expect(new Set(proposals.map((proposal) => proposal.id)).size).toBe(total)
    for (const proposal of proposals) expect(proposal.kept).toBe(proposal.reason === null)
  })

  it('logs every group with answers and verdict', async () => {
    const groups = await lines(join(outcome.run, 'rollouts', 'step-000003.jsonl'))
    expect(groups.length).toBe(metrics(3)['groups.sampled'])
    expect(groups.filter((group) => group.verdict === 'kept').length).toBe(metrics(3)['groups.kept'])
    for (const group of groups) {
      const mean = group.rewardMean as number
      expect(group.verdict).toBe(mean < 0.2 ? 'too-hard' : mean > 0.8 ? 'too-easy' : 'kept')
      expect((group.responses as unknown[]).length).toBe(8)
    }
  })

  it('never counts the vote of a response cut off by the token limit', async () => {
    const unfinished: unknown[] = []
    for (const name of await readdir(join(outcome.run, 'rollouts'))) {
      for (const group of await lines(join(outcome.run, 'rollouts', name))) {
        const responses = group.responses as { finishReason: string; answer: unknown; reward: number }[]
        unfinished.push(...responses.filter((response) => response.finishReason === 'length'))
      }
    }
    expect(unfinished.length).toBeGreaterThan(0)
    for (const response of unfinished) expect(response).toMatchObject({ answer: null, reward: 0 })
  })

  it('keeps the newest checkpoints, and the model in final/', async () => {
    expect((await readdir(join(outcome.run, 'checkpoints'))).sort()).toEqual([
      'step-000002',
      'step-000004',
      'step-000006',
    ])
    const last = await readFile(join(outcome.run, 'checkpoints', 'step-000006', 'model.safetensors'))
    expect(await readFile(join(outcome.final, 'model.safetensors'))).toEqual(last)
  })

  it('starts with old and new policy equal, and drifts from the reference', () => {
    expect(metrics(1)['kl.mean']).toBeCloseTo(0, 5)
    expect(metrics(1)['mismatch.max']).toBeLessThan(1e-5)
    expect(metrics(6)['kl.mean']).not.toBeCloseTo(0, 5)
    expect(metrics(1).learningRate).toBe(0.05)
  })
})

describe('modes', () => {
  it('trains on given questions under rule reward', async () => {
    const folder = await questionFolder()
    const over = { 'instruct.source': 'given', 'reward.kind': 'rule', 'train.steps': 5 }
    const { metrics, run } = await startRun(fakeStart(fakeConfig(folder, over), join(folder, 'run')))
    expect(metrics[1]!['instructions.proposed']).toBe(0)
    expect(metrics.at(-1)!['reward.mean']).toBeGreaterThan(metrics[1]!['reward.mean']!)
    const groups = await lines(join(run, 'rollouts', 'step-000001.jsonl'))
    expect(groups.every((group) => group.source === 'seed' && group.majority === '2')).toBe(true)
  })

  it('does not change the model at a learning rate of 0', async () => {
    const folder = await questionFolder()
    const config = fakeConfig(folder, { 'optimizer.lr': 0, 'train.steps': 2 })
    const { final } = await startRun(fakeStart(config, join(folder, 'run')))
    const { engine, readWeights } = await fakeModel(false)
    const probe = { tokens: Int32Array.from('=1=2=3', (c) => c.charCodeAt(0)), offsets: Int32Array.of(0, 6) }
    const batch = { ...probe, promptLengths: Int32Array.of(1) }
    const before = await engine.logprobs(batch, 'policy', 1)
    await engine.importTensors(await readWeights(final))
    expect(await engine.logprobs(batch, 'policy', 1)).toEqual(before)
  })
})

/** A player that answers 2 and ends there. */
function sureTable(): Float32Array {
  const table = playerTable()
  const at = (previous: string, next: string): number => previous.charCodeAt(0) * byteVocabSize + next.charCodeAt(0)
  for (const digit of '134') table[at('=', digit)] = -30
  table[at('2', 'x')] = -30
  return table
}

describe('searches that find nothing', () => {
  const run = async (over: Record<string, unknown>, table = playerTable()) => {
    const folder = await questionFolder()
    const openModel = async () => fakeModel(true, table)
    return startRun(fakeStart(fakeConfig(folder, over), join(folder, 'run'), { openModel }))
  }

  it('ends with the last proposals and their reasons when no question is acceptable', async () => {
    const failed = run({ 'filter.minWords': 100, 'instruct.maxRounds': 3 })
    await expect(failed).rejects.toThrow(NothingAcceptable)
    await expect(failed).rejects.toThrow(/no new question was accepted in 3 rounds[\s\S]*too-short: "/)
  })

  it('ends when no question is inside the band, naming their verdicts', async () => {
    const sure = sureTable()
    const failed = run({ 'rollout.maxRounds': 2 }, sure)
    await expect(failed).rejects.toThrow(/of 8 questions, 0 lie in the difficulty band \[0.2, 0.8\]: 8 were too easy/)
  })

  it('skips such steps as often as allowed', async () => {
    const sure = sureTable()
    const { metrics } = await run({ 'rollout.maxRounds': 1, 'train.maxEmptySteps': 9, 'train.steps': 2 }, sure)
    expect(metrics.map((line) => line['groups.trained'])).toEqual([null, 0, 0])
    expect(metrics[2]!.loss).toBeNull()
  })

  it('trains on fewer questions when the rounds are used up, or stops, as configured', async () => {
    const short = { 'rollout.promptsPerStep': 50, 'rollout.maxRounds': 1, 'train.steps': 1 }
    const { metrics } = await run(short)
    expect(metrics[1]!['groups.trained']).toBeGreaterThan(0)
    expect(metrics[1]!['groups.trained']).toBeLessThanOrEqual(4)
    await expect(run({ ...short, 'rollout.whenShort': 'stop' })).rejects.toThrow(NothingAcceptable)
  })
})
