// The user's own modules in whole runs on the fake model.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type Outcome, type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole runs: long on a busy machine

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
})

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

let count = 0
const run = (over: Record<string, unknown>, options: Partial<StartOptions> = {}): Promise<Outcome> => {
  count += 1
  return startRun(fakeStart(fakeConfig(folder, over), join(folder, `run-${count}`), options))
}

// biome-ignore lint/suspicious/noExplicitAny: lines of a log
const lines = async (outcome: Outcome, name: string): Promise<any[]> =>
  (await readFile(join(outcome.run, name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

const noH = `export const filter = ({ questions }) => questions.map(({ text }) => (/h/i.test(text) ? 'has an h' : text.length % 2 === 0))`
const own = `
  export const prompt = ({ examples, seed }) => examples.slice(0, 1 + (seed % 2)).join('\\n') + '\\n9.'
  export const parse = ({ continuation }) => continuation.split(/\\n?\\d+\\. /).map((text) => text.trim() + ' own')
`
// the end-of-text token of every response, and all of those that answer 4
const endless = `export const mask = ({ tokens, answers }) => tokens.map((texts, i) => answers[i] !== '4' && texts.map((text) => text !== ''))`

describe('filter.module', () => {
  it('decides which questions are answered; its reasons are in instructions.jsonl', async () => {
    const outcome = await run({ 'filter.module': await write('no-h.mjs', noH), 'train.steps': 2 })
    const proposed = await lines(outcome, 'instructions.jsonl')
    const reasons = new Set(proposed.map(({ reason }) => reason))
    for (const reason of [null, 'module', 'module: has an h']) expect(reasons).toContain(reason)
    for (const { text, kept, reason } of proposed) {
      if (kept) expect(text).not.toMatch(/h/i)
      if (reason === 'module') expect(text.length % 2).toBe(1)
    }
    const answered = await lines(outcome, join('rollouts', 'step-000001.jsonl'))
    for (const { text } of answered) expect(text).not.toMatch(/h/i)
    const line = outcome.metrics[1]!
    expect(line['instructions.proposed']).toBeGreaterThan(line['instructions.kept']!)
  })

  it('that rejects all ends the run with its reasons', async () => {
    const none = await write('none.mjs', 'export const filter = ({ questions }) => questions.map(() => "never")')
    await expect(run({ 'filter.module': none, 'instruct.maxRounds': 2 })).rejects.toThrow(
      /no new question was accepted in 2 rounds[\s\S]*module: never: "/,
    )
  })

  it('that fails ends the run with a checkpoint of the last complete step', async () => {
    const tired = await write(
      'tired.mjs',
      'let n = 0; export const filter = ({ questions }) => { if (n++ > 2) throw new Error("tired"); return questions.map(() => true) }',
    )
    const over = { 'filter.module': tired, 'instruct.maxStaleness': 0, 'rollout.maxRounds': 1, 'checkpoint.every': 9 }
    await expect(run(over)).rejects.toThrow(/tired\.mjs failed on \d+ questions? from ".*" on: tired/)
    expect((await readdir(join(folder, `run-${count}`, 'checkpoints'))).length).toBe(1)
  })
})

describe('instruct.module', () => {
  it('asks for questions, and reads them', async () => {
    const outcome = await run({ 'instruct.module': await write('own.mjs', own), 'train.steps': 2 })
    const proposed = await lines(outcome, 'instructions.jsonl')
    expect(proposed.length).toBeGreaterThan(4)
    for (const { text } of proposed) expect(text).toMatch(/ own$/)
    expect(outcome.metrics[2]!['groups.trained']).toBeGreaterThan(0)
  })
})

describe('reward.mask', () => {
  it('leaves tokens and responses out of the update, whatever the reward', async () => {
    const mask = await write('endless.mjs', endless)
    const over = { 'train.steps': 1, 'rollout.maxRounds': 1, 'rollout.promptsPerRound': 4 }
    const outcome = await run({ ...over, 'reward.mask': mask })
    const groups = await lines(outcome, join('rollouts', 'step-000001.jsonl'))
    const kept = groups.filter(({ verdict }) => verdict === 'kept')
    expect(kept.length).toBeGreaterThan(0)
    let trained = 0
    for (const { responses } of kept) {
      for (const { answer, newTokens, finishReason, trainedTokens } of responses) {
        const ended = finishReason === 'stop' ? 1 : 0 // its last token is the end-of-text token
        expect(trainedTokens).toBe(answer === '4' ? 0 : newTokens - ended)
        if (finishReason === 'stop') trained += trainedTokens // the others are out by reward.unfinished
      }
    }
    expect(outcome.metrics[1]!['tokens.trained']).toBe(trained)
    const unmasked = await run(over)
    for (const key of ['reward.mean', 'vote.majorityShare', 'groups.kept'] as const) {
      expect(outcome.metrics[1]![key]).toBe(unmasked.metrics[1]![key])
    }
    expect(unmasked.metrics[1]!['tokens.trained']).toBeGreaterThan(trained)
    expect((await lines(unmasked, join('rollouts', 'step-000001.jsonl')))[0].responses[0]).not.toHaveProperty(
      'trainedTokens',
    )
  })

  it('drops questions, which are then not trained on', async () => {
    const mask = await write('drop.mjs', 'export const mask = ({ question }) => (question.includes("a") ? null : [])')
    await expect(run({ 'reward.mask': mask, 'train.steps': 1 })).rejects.toThrow(/must return 8 masks/)
    const some = await write(
      'some.mjs',
      'export const mask = ({ question, responses }) => (question.includes("h") ? null : responses.map(() => true))',
    )
    const outcome = await run({ 'reward.mask': some, 'train.steps': 1 })
    const groups = await lines(outcome, join('rollouts', 'step-000001.jsonl'))
    expect(groups.map(({ verdict }) => verdict)).toContain('dropped')
    for (const { text, verdict } of groups) {
      if (verdict === 'kept') expect(text).not.toContain('h')
      if (verdict === 'dropped') expect(text).toContain('h')
    }
  })
})

describe('a run with all of them', () => {
  it('is resumed bit for bit, masks of waiting groups included', async () => {
    const over = {
      'instruct.module': await write('own.mjs', own),
      'filter.module': await write('no-h.mjs', noH),
      'reward.mask': await write('endless.mjs', endless),
      'rollout.promptsPerRound': 6,
      'train.steps': 4,
      'checkpoint.every': 1,
    }
    const whole = await run(over)
    expect(whole.metrics.some((line) => line['groups.leftOver']! > 0)).toBe(true)
    let calls = 0
    const openModel: StartOptions['openModel'] = async (_, reference) =>
      fakeModel(reference, undefined, (engine) => ({
        ...engine,
        accumulate: (...args) => {
          calls += 1
          return calls === 10 ? Promise.reject(new Error('power cut')) : engine.accumulate(...args)
        },
      }))
    await expect(run(over, { openModel })).rejects.toThrow('power cut')
    const out = join(folder, `run-${count}`)
    await startRun(fakeStart(fakeConfig(folder, over), out, { resume: true }))
    expect(await contents(out)).toEqual(await contents(whole.run))
  })
})
