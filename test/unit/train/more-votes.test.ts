import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { silentReporter } from '../../../src/log/reporter.ts'
import type { NativeEngine, SamplingParams } from '../../../src/native/types.ts'
import { rowSeeds } from '../../../src/random.ts'
import { vote } from '../../../src/reward/vote.ts'
import type { Group } from '../../../src/rollout/group.ts'
import { packTokens } from '../../../src/rollout/pack.ts'
import { noTrace } from '../../../src/trace/trace.ts'
import type { TrainContext } from '../../../src/train/context.ts'
import { moreVotes } from '../../../src/train/more-votes.ts'
import { startRun } from '../../../src/train/start.ts'
import { newTally } from '../../../src/train/tally.ts'
import { EOS } from '../../support/byte-tokenizer.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { dyingAfter, fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

const digit = (answer: string): number[] => [answer.charCodeAt(0), EOS]

/** A question with a response of one digit for each character. */
const answered = (id: string, answers: string): Group => ({
  question: { id, text: id, source: 'self' },
  promptTokens: Int32Array.from(Buffer.from(id)),
  responses: [...answers].map((text) => ({
    tokens: Int32Array.from(digit(text)),
    logprobs: Float32Array.of(-1, -1),
    text,
    finishReason: 'stop',
  })),
})

/** An engine that gives these answers to its next prompts, and what it was asked. */
async function scripted(answers: string) {
  const calls: { prompts: string[]; sampling: SamplingParams }[] = []
  const model = await fakeModel(false)
  const generate: NativeEngine['generate'] = async ({ tokens, offsets }, sampling) => {
    const prompts = [...offsets.slice(1)].map((to, i) => Buffer.from(tokens.slice(offsets[i], to)).toString())
    calls.push({ prompts, sampling })
    const packed = packTokens([...answers].map((answer) => Int32Array.from(digit(answer))))
    const logprobs = new Float32Array(packed.tokens.length).fill(-2)
    return { ...packed, logprobs, finishReasons: new Uint8Array(answers.length) }
  }
  return { calls, model: { ...model, engine: { ...model.engine, generate } } }
}

async function ask(groups: readonly Group[], extra: string, over: Readonly<Record<string, unknown>> = {}) {
  const { calls, model } = await scripted(extra)
  const config = fakeConfig('/nowhere', { 'difficulty.minMargin': 2, 'reward.extraVotes': 4, ...over })
  const context = {
    ...{ config, model, checker: fakeChecker, scorer: null, masker: null, reporter: silentReporter, trace: noTrace },
    signal: new AbortController().signal,
  } as unknown as TrainContext
  const tally = newTally()
  const rewarded = await vote(context, groups, 3)
  const after = await moreVotes(context, { step: 3, round: 1, missing: 1 }, rewarded, tally)
  return { calls, rewarded, after, tally, config }
}

describe('undecided questions', () => {
  const tie = answered('tie', '11112222')
  const clear = answered('clear', '11111122') // 6 to 2
  const close = answered('close', '11112223') // 4 to 3
  const hard = answered('hard', '12345678') // one vote each: too hard, not undecided

  it('are answered again in one call, and vote with all their responses', async () => {
    // tie: 5 to 7 then, for the other answer; close: 4 to 4
    const { calls, rewarded, after, tally, config } = await ask([tie, clear, hard, close], '22212344')
    expect(calls.length).toBe(1)
    expect(calls[0]!.prompts).toEqual(['tie', 'close'])
    expect(calls[0]!.sampling.samplesPerPrompt).toBe(4)
    expect(after.map(({ question }) => question.id)).toEqual(['tie', 'clear', 'hard', 'close'])
    const [decided, same, hopeless, open] = after
    expect(decided!.vote).toMatchObject({ majority: '2', votes: [7, 5], majorityShare: 7 / 12 })
    expect([...decided!.vote.rewards]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0])
    expect(decided!.responses.slice(0, 8)).toEqual(tie.responses)
    expect(decided!.responses[8]!.logprobs).toEqual(Float32Array.of(-2, -2))
    expect(open!.vote).toMatchObject({ majority: '1', votes: [4, 4] })
    expect(same).toBe(rewarded[1])
    expect(hopeless).toBe(rewarded[2])
    expect(tally).toMatchObject({ extended: 2, decided: 1, tokensAnswered: 8 * 2 })
    // a row's seed is that of its question's place in the round
    const seeds = rowSeeds(config.train.seed, 'extra/1', 3, 16)
    expect([...calls[0]!.sampling.seeds]).toEqual([...seeds.slice(0, 4), ...seeds.slice(12, 16)])
  })

  it('are not, where there are none, where it is off, and where a cancelled round has given enough', async () => {
    const enough = { 'rollout.cancelStragglers': true }
    for (const [groups, over] of [
      [[clear, hard], {}],
      [[tie, close], { 'reward.extraVotes': 0 }],
      [[tie, clear], enough],
    ] as const) {
      const { calls, rewarded, after, tally } = await ask(groups, '', over)
      expect(calls).toEqual([])
      expect(after).toEqual(rewarded)
      expect(tally).toMatchObject({ extended: 0, decided: 0 })
    }
    expect((await ask([tie, close], '22212344', enough)).tally.extended).toBe(2) // none is kept yet
  })
})

describe('a run with extra votes', () => {
  const over = { 'difficulty.minMargin': 2, 'reward.extraVotes': 5, 'reward.choose': 'variance', 'train.steps': 3 }

  it('trains on as many responses as without, counts the questions, and resumes byte for byte', async () => {
    const folder = await questionFolder()
    const config = fakeConfig(folder, over)
    const whole = await startRun(fakeStart(config, join(folder, 'whole')))
    let extended = 0
    for (const line of whole.metrics.slice(1)) {
      const text = await readFile(join(whole.run, 'rollouts', `step-00000${line.step}.jsonl`), 'utf8')
      const groups = text
        .trim()
        .split('\n')
        .map((group) => JSON.parse(group))
      const longer = groups.filter(({ responses }) => responses.length === 13)
      expect(groups.filter(({ responses }) => responses.length === 8).length).toBe(groups.length - longer.length)
      expect(line['groups.extended']).toBe(longer.length)
      expect(line['groups.decided']).toBe(longer.filter(({ votes: [top, next] }) => top - next >= 2).length)
      expect(line['optimizer.steps']).toBeLessThanOrEqual(Math.ceil((line['groups.trained']! * 8) / 8))
      extended += longer.length
    }
    expect(extended).toBeGreaterThan(2)
    for (const generate of [6, 9]) {
      const out = join(folder, `died-${generate}`)
      await expect(startRun(fakeStart(config, out, { openModel: dyingAfter('generate', generate) }))).rejects.toThrow(
        'power cut',
      )
      await startRun(fakeStart(config, out, { resume: true }))
      expect(await contents(out)).toEqual(await contents(whole.run))
    }
  })

  it('measures none of it where it is off', async () => {
    const folder = await questionFolder()
    const { metrics } = await startRun(fakeStart(fakeConfig(folder, { 'train.steps': 1 }), join(folder, 'run')))
    for (const key of ['groups.extended', 'groups.decided', 'groups.cancelled', 'vote.weight'] as const)
      expect(metrics[1]![key]).toBeNull()
  })
})

it('a run with reward.weight reports the mean weight of what it trains on', async () => {
  const folder = await questionFolder()
  const over = { 'reward.weight': 'margin', 'train.steps': 1, 'rollout.maxRounds': 1, 'rollout.promptsPerRound': 3 }
  const { metrics, run } = await startRun(fakeStart(fakeConfig(folder, over), join(folder, 'run')))
  const text = await readFile(join(run, 'rollouts', 'step-000001.jsonl'), 'utf8')
  const kept = text
    .trim()
    .split('\n')
    .map((group) => JSON.parse(group))
    .filter(({ verdict }) => verdict === 'kept')
  const weights = kept.map(({ votes: [top, next], responses }) => {
    const voters = responses.filter(({ finishReason }: { finishReason: string }) => finishReason === 'stop').length
    return (top - next) / voters
  })
  expect(metrics[1]!['groups.trained']).toBe(kept.length)
  expect(metrics[1]!['vote.weight']).toBeCloseTo(weights.reduce((sum, weight) => sum + weight, 0) / kept.length, 12)
})
