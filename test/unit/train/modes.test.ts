// Rewards, iterations and guards in whole runs on the fake model.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { silentReporter } from '../../../src/log/reporter.ts'
import { type Outcome, type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, manyHeldOut, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole runs: long on a busy machine

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
  const { engine, writeWeights } = await fakeModel(false)
  await writeWeights(folder) // model.path
  await engine.close()
  // rewards the wrong answer: accuracy falls
  await writeFile(
    join(folder, 'wrong.mjs'),
    'export const score = ({ answers }) => answers.map((answer) => (answer === "3" ? 1 : 0))',
  )
})

let count = 0
const run = (over: Record<string, unknown>, options: Partial<StartOptions> = {}): Promise<Outcome> => {
  count += 1
  return startRun(fakeStart(fakeConfig(folder, over), join(folder, `run-${count}`), options))
}

const column = (outcome: Outcome, key: keyof Outcome['metrics'][number]) => outcome.metrics.map((line) => line[key])

const groupsOf = async (
  outcome: Outcome,
  step: number,
): Promise<{ responses: { answer: string; reward: number }[] }[]> =>
  (await readFile(join(outcome.run, 'rollouts', `step-00000${step}.jsonl`), 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text))

describe('rewards', () => {
  it('come from a module when asked', async () => {
    const outcome = await run({ 'reward.kind': 'module', 'reward.scorer': join(folder, 'wrong.mjs'), 'train.steps': 2 })
    for (const { responses } of await groupsOf(outcome, 1)) {
      for (const { answer, reward } of responses) expect(reward).toBe(answer === '3' ? 1 : 0)
    }
  })

  it('are random in the control, whatever the answers', async () => {
    const outcome = await run({
      'reward.kind': 'random',
      'train.steps': 3,
      'rollout.maxStaleness': 0,
      'rollout.promptsPerRound': 12,
    })
    const responses = [1, 2, 3].map(async (step) => (await groupsOf(outcome, step)).flatMap((group) => group.responses))
    const all = (await Promise.all(responses)).flat()
    const share = (chosen: typeof all): number => chosen.reduce((sum, { reward }) => sum + reward, 0) / chosen.length
    expect(all.length).toBeGreaterThan(200)
    expect(Math.abs(share(all) - 0.5)).toBeLessThan(0.1)
    expect(Math.abs(share(all.filter(({ answer }) => answer === '2')) - 0.5)).toBeLessThan(0.15)
    for (const { reward } of all) expect([0, 1]).toContain(reward)
  })

  it.each(['given', 'self'])('majority on %s instructions', async (source) => {
    const outcome = await run({ 'instruct.source': source, 'train.steps': 3 })
    const last = outcome.metrics.at(-1)!
    expect(last['vote.majorityShare']).toBeGreaterThan(outcome.metrics[1]!['vote.majorityShare']!)
    const flips = column(outcome, 'vote.flipRate')
    // 12 seeds, 4 per round: seen again once all were asked
    if (source === 'given') expect(flips.some((rate) => rate !== null)).toBe(true)
    if (source === 'self') expect(last['instructions.distinct2']).toBeGreaterThan(0.1)
  })

  it('of a failing module end the run with a checkpoint of the last complete step', async () => {
    const broken = join(folder, 'broken.mjs')
    await writeFile(
      broken,
      'let n = 0; export const score = ({ answers }) => { if (n++ > 8) throw new Error("tired"); return answers.map((a) => +(a === "2")) }',
    )
    const over = { 'reward.kind': 'module', 'reward.scorer': broken, 'rollout.maxRounds': 1, 'checkpoint.every': 9 }
    await expect(run(over)).rejects.toThrow(/broken\.mjs failed on ".*": tired/)
    expect(await readdir(join(folder, `run-${count}`, 'checkpoints'))).toEqual(['step-000002'])
  })
})

describe('left-over questions', () => {
  const stepsOf = async (maxStaleness: number): Promise<string[]> => {
    const over = { 'instruct.maxStaleness': maxStaleness, 'instruct.promptsPerRound': 4, 'train.steps': 2 }
    const { run: path } = await run({ ...over, 'rollout.promptsPerRound': 2, 'rollout.maxRounds': 1 })
    const lines = (await readFile(join(path, 'rollouts', 'step-000002.jsonl'), 'utf8')).trim().split('\n')
    return lines.map((line) => (JSON.parse(line) as { id: string }).id.split('-')[0]!)
  }

  it('wait for the next step, up to their limit', async () => {
    expect(await stepsOf(1)).toEqual(['step1', 'step1'])
    expect(await stepsOf(0)).toEqual(['step2', 'step2'])
  })
})

describe('estimators', () => {
  it.each(['reinforce++', 'reinforce++-baseline', 'rloo', 'grpo', 'dr_grpo'])(
    '%s raises agreement',
    async (estimator) => {
      const outcome = await run({ 'advantage.estimator': estimator, 'train.steps': 5 })
      expect(outcome.metrics[5]!['vote.majorityShare']).toBeGreaterThan(
        outcome.metrics[1]!['vote.majorityShare']! + 0.05,
      )
    },
  )
})

describe('the KL coefficient', () => {
  it('is steered towards its target, within its bounds', async () => {
    const kl = { 'kl.coef': 0.1, 'kl.target': 0.01, 'kl.horizon': 1000, 'kl.estimator': 'k3', 'kl.place': 'loss' }
    const over = { ...kl, 'reward.unfinished': 'zero', 'train.steps': 4 }
    const coef = column(await run(over), 'kl.coef') as number[]
    // the first update sees KL 0: error -0.2 over 32 responses of a horizon of 1000
    expect(coef[1]).toBe(0.1)
    expect(coef[2]).toBeCloseTo(0.1 * (1 - (0.2 * 32) / 1000), 12)
    expect(coef[4]).toBeGreaterThan(coef[3]!)
  })
})

describe('iterations', () => {
  const over = { 'train.steps': 2, 'train.iterations': 3, 'optimizer.schedule': 'linear', 'rollout.maxStaleness': 0 }

  it('re-base the reference and begin the schedule again', async () => {
    const outcome = await run(over)
    expect(column(outcome, 'step')).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(column(outcome, 'iteration')).toEqual([null, 1, 1, 2, 2, 3, 3])
    const kl = column(outcome, 'kl.mean') as number[]
    for (const step of [1, 3, 5]) expect(Math.abs(kl[step]!)).toBeLessThan(1e-6)
    for (const step of [2, 4]) expect(Math.abs(kl[step]!)).toBeGreaterThan(1e-6)
    const lr = column(outcome, 'learningRate') as number[]
    expect(lr[2]).toBeLessThan(lr[1]!)
    expect(lr.slice(3)).toEqual([...lr.slice(1, 3), ...lr.slice(1, 3)])
  })

  it('end when their questions are used up', async () => {
    const outcome = await run({ ...over, 'train.steps': 5, 'train.instructions': 4 })
    expect(column(outcome, 'iteration')).toEqual([null, 1, 2, 3])
  })

  const resumed = async (outcome: Outcome, settings: Record<string, unknown>): Promise<[Outcome, string]> => {
    const notes: string[] = []
    const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
    const config = fakeConfig(folder, settings)
    return [await startRun(fakeStart(config, outcome.run, { resume: true, reporter })), notes.join('\n')]
  }

  it('each count steps, also when a finished run is resumed with more', async () => {
    const two = { ...over, 'train.iterations': 2, 'train.steps': 1 }
    const first = await run(two)
    const [same, note] = await resumed(first, two)
    expect(note).toContain('continues its last iteration from 1 to N steps (step 1 + N of the run);')
    expect(same.metrics.length).toBe(3)
    const [longer] = await resumed(first, { ...two, 'train.steps': 3 })
    expect(column(longer, 'iteration')).toEqual([null, 1, 2, 2, 2])
  })

  it('say which setting ended them', async () => {
    const budget = { ...over, 'train.iterations': 1, 'train.steps': 5, 'train.instructions': 4 }
    const first = await run(budget)
    const [same, note] = await resumed(first, { ...budget, 'train.steps': 8 })
    expect(same.metrics.length).toBe(2)
    expect(note).toContain('step 1 was its last. train.instructions = 4 ended it, after training on 4 questions')
    const [longer] = await resumed(first, { ...budget, 'train.instructions': 8 })
    expect(longer.metrics.length).toBe(3)
  })

  it('resume with the reference they had', async () => {
    const whole = await run({ ...over, 'checkpoint.every': 1 })
    // 4 optimizer steps per step: dies in the second and at the beginning of the third iteration
    for (const calls of [14, 17]) {
      let n = 0
      const openModel: StartOptions['openModel'] = async (_, reference) =>
        fakeModel(reference, undefined, (engine) => ({
          ...engine,
          accumulate: (...args) =>
            ++n === calls ? Promise.reject(new Error('power cut')) : engine.accumulate(...args),
        }))
      await expect(run({ ...over, 'checkpoint.every': 1 }, { openModel })).rejects.toThrow('power cut')
      const config = fakeConfig(folder, { ...over, 'checkpoint.every': 1 })
      const resumed = await startRun(fakeStart(config, join(folder, `run-${count}`), { resume: true }))
      expect(column(resumed, 'kl.mean')).toEqual(column(whole, 'kl.mean'))
      expect(column(resumed, 'loss')).toEqual(column(whole, 'loss'))
      expect(await readFile(join(resumed.final, 'model.safetensors'))).toEqual(
        await readFile(join(whole.final, 'model.safetensors')),
      )
    }
  })

  it('refuse to resume without the reference that they had', async () => {
    const first = { ...over, 'train.iterations': 2, 'kl.coef': 0, 'kl.monitor': false }
    const { run: out } = await run(first)
    const config = fakeConfig(folder, { ...first, 'train.steps': 3, 'kl.monitor': true })
    await expect(startRun(fakeStart(config, out, { resume: true }))).rejects.toThrow(/has no reference weights/)
  })
})

describe('guards', () => {
  const falling = {
    'reward.kind': 'module',
    'difficulty.low': 0,
    'difficulty.high': 1,
    'kl.coef': 0,
    'optimizer.lr': 0.5,
    'train.steps': 12,
  }
  const collapse = async (over: object, options: Partial<StartOptions> = {}) =>
    run(
      { ...falling, 'eval.path': await manyHeldOut(folder), 'reward.scorer': join(folder, 'wrong.mjs'), ...over },
      options,
    )

  it('roll back to the best model and stop', async () => {
    const notes: string[] = []
    const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
    const guard = { 'guard.accuracyDrop': { above: 0.1, steps: 1, action: 'rollback' } }
    const outcome = await collapse(guard, { reporter })
    const last = outcome.metrics.at(-1)!
    expect(last['eval.accuracy']).toBeLessThan(0.9)
    expect(last.step).toBeLessThan(12)
    expect(last['guard.tripped']).toContain('accuracyDrop')
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'accuracyDrop' }, step: last.step }, modelOfStep: 0 })
    // the best is the base model, and final/ is it to the bit
    expect(await readFile(join(outcome.final, 'model.safetensors'))).toEqual(
      await readFile(join(folder, 'model.safetensors')),
    )
    expect(await readdir(join(outcome.run, 'checkpoints'))).toEqual([])
    expect(notes.at(-1)).toMatch(/went back to the model of step 0: guard accuracyDrop: \S+ is above 0.1/)
  })

  it('let a resumed run continue from the best model, with other settings', async () => {
    const out = join(folder, `run-${count}`)
    const config = fakeConfig(folder, { 'train.steps': 2 })
    const { metrics, stopped } = await startRun(fakeStart(config, out, { resume: true }))
    expect(metrics.map((line) => line['eval.accuracy'])).toEqual([1, 1, 1])
    expect(stopped).toBeNull()
  })

  it('stop with the model as it is', async () => {
    const outcome = await collapse({ 'guard.accuracyDrop': { above: 0.1, steps: 2, action: 'stop' } })
    const last = outcome.metrics.at(-1)!
    expect(outcome).toMatchObject({ stopped: { trip: { guard: 'accuracyDrop' } }, modelOfStep: last.step })
    expect(
      column(outcome, 'guard.tripped')
        .slice(0, -1)
        .every((tripped) => !String(tripped).includes('accuracyDrop')),
    ).toBe(true)
    const step = String(last.step).padStart(6, '0')
    expect(await readFile(join(outcome.final, 'model.safetensors'))).toEqual(
      await readFile(join(outcome.run, 'checkpoints', `step-${step}`, 'model.safetensors')),
    )
  })

  it('stop without labels when the vote has settled', async () => {
    const outcome = await run({
      'eval.path': null,
      'difficulty.high': 1,
      'train.steps': 20,
      'checkpoint.every': 1,
      'guard.majorityShare': { above: 0.9, steps: 1, action: 'rollback' },
    })
    const { stopped, modelOfStep } = outcome
    expect(stopped!.trip).toMatchObject({ guard: 'majorityShare', side: 'above' })
    // its samples are of the model of the step before, which has settled; the healthy line before it is of this one
    expect(modelOfStep).toBe(stopped!.step - 2)
    const step = String(modelOfStep).padStart(6, '0')
    expect(await readFile(join(outcome.final, 'model.safetensors'))).toEqual(
      await readFile(join(outcome.run, 'checkpoints', `step-${step}`, 'model.safetensors')),
    )
  })

  it('report once, and do not stop the run, when they only log', async () => {
    const notes: string[] = []
    const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
    const outcome = await collapse(
      { 'guard.accuracyDrop': { steps: 1, action: 'log' }, 'train.steps': 6 },
      { reporter },
    )
    expect(outcome.stopped).toBeNull()
    expect(outcome.metrics.length).toBe(7)
    expect(notes.filter((note) => note.startsWith('guard accuracyDrop')).length).toBe(1)
  })
})
