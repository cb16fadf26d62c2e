// Further sets and sampled evaluations in whole runs, on the fake model.
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { evaluateSets } from '../../../src/eval/evaluate-sets.ts'
import { readSetFile } from '../../../src/eval/read-held-out.ts'
import type { EvaluationLine } from '../../../src/eval/set-figures.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { Interrupted } from '../../../src/train/context.ts'
import { type Outcome, type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeDescription, fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, manyHeldOut, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'
import { scriptedEngine } from '../../support/scripted-engine.ts'
import { tempFolder } from '../../support/temp-folder.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole runs: long on a busy machine

let folder: string
let levels: string // 16 questions of two levels, whose answers are 1 to 4
beforeAll(async () => {
  folder = await questionFolder()
  const rows = Array.from({ length: 16 }, (_, i) => ({
    problem: `ab ${'abcdefgh'[i % 8]}c gd hb${'abcd'[i >> 2]} fe`,
    answer: String(1 + (i % 4)),
    level: 1 + (i % 2),
  }))
  levels = join(folder, 'levels.jsonl')
  await writeFile(levels, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
})

let runs = 0
const run = (over: Record<string, unknown>, options: Partial<StartOptions> = {}): Promise<Outcome> => {
  runs += 1
  return startRun(fakeStart(fakeConfig(folder, over), join(folder, `run-${runs}`), options))
}

const named = (lines: readonly EvaluationLine[]): string[] =>
  lines.map(({ step, set, samples, temperature }) => `${step} ${set}${temperature === 0 ? '' : ` @${samples}`}`)

describe('evaluations.jsonl', () => {
  it('has a line for every evaluation of a set, in the order of the settings', async () => {
    const sets = [levels, { path: levels, name: 'sampled', samples: 4, limit: 5, every: 2 }]
    const over = { 'eval.sets': sets, 'eval.samples': 2, 'eval.every': 2, 'train.steps': 3 }
    const { evaluations, metrics } = await run(over)
    const each = (step: number) => ['held-out', 'held-out @2', 'levels', 'sampled @4'].map((rest) => `${step} ${rest}`)
    expect(named(evaluations)).toEqual([...each(0), ...each(2), ...each(3)]) // the last step, though none was due
    expect(evaluations[3]).toMatchObject({ questions: 5, samples: 4, temperature: 1 })
    for (const step of [0, 2, 3]) {
      const [greedy, sampled] = evaluations.filter((line) => line.step === step && line.set === 'held-out')
      expect(metrics[step]).toMatchObject({
        'eval.accuracy': greedy!.accuracy,
        'eval.unfinished': greedy!.unfinished,
        'eval.averageAtK': sampled!.accuracy,
        'eval.majorityAtK': sampled!.majorityAtK,
        'eval.passAtK': sampled!.passAtK,
      })
    }
    expect(metrics[1]).toMatchObject({ 'eval.accuracy': null, 'eval.averageAtK': null })
  })

  it('has greedy figures by level: 2 is the answer to 4 of 16 questions, all of level 2', async () => {
    const { evaluations, run: out } = await run({ 'eval.sets': levels, 'eval.path': null, 'train.steps': 1 })
    expect(evaluations[0]).toMatchObject({ set: 'levels', questions: 16, accuracy: 4 / 16, majorityAtK: null })
    expect(evaluations[0]!.by.level).toMatchObject({
      1: { questions: 8, accuracy: 0 },
      2: { questions: 8, accuracy: 4 / 8 },
    })
    const text = await readFile(join(out, 'evaluations.jsonl'), 'utf8')
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(evaluations)
  })

  it('has the held-out questions by level, which eval.path alone gives', async () => {
    const { evaluations, metrics } = await run({ 'eval.path': levels, 'train.steps': 1 })
    expect(named(evaluations)).toEqual(['0 held-out', '1 held-out'])
    expect(evaluations[0]!.by.level!['2']).toMatchObject({ questions: 8, accuracy: 1 / 2 })
    expect(metrics[0]!['eval.averageAtK']).toBeNull()
  })

  it('has maj@k of given responses as worked out by hand', async () => {
    const script = {
      '@one': ['2', '2', '3', '2'], // 3 of 4 right, 2 wins
      '@two': ['2', '3', '3', '2'], // a tie of 2 and 3
      '@three': ['3', '4', '', '2'], // a tie of three; one is cut off
      '@four': ['2', '2', '2', '2'], // all wrong
    }
    const rows = Object.keys(script).map((problem, i) => ({
      problem,
      answer: i === 3 ? '7' : '2',
      level: 1 + (i >> 1),
    }))
    const path = join(folder, 'scripted.jsonl')
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const openModel: StartOptions['openModel'] = async (_, reference) =>
      fakeModel(reference, undefined, scriptedEngine(script))
    const over = { 'eval.sets': { path, samples: 4, temperature: 0.6 }, 'train.steps': 1 }
    const { evaluations } = await run(over, { openModel })
    const line = evaluations.find(({ set }) => set === 'scripted')!
    expect(line).toMatchObject({ step: 0, samples: 4, temperature: 0.6, unfinished: 1 / 16, answerless: 1 / 16 })
    expect(line.accuracy).toBeCloseTo(6 / 16, 12) // avg@4
    expect(line.majorityAtK).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 0) / 4, 12)
    expect(line.passAtK).toBeCloseTo(3 / 4, 12)
    expect(line.by.level!['1']).toMatchObject({ questions: 2, accuracy: 5 / 8, majorityAtK: 3 / 4, passAtK: 1 })
  })

  it('has the figures of serl eval with the same questions, prompts and seed', async () => {
    const over = { 'eval.sets': { path: levels, samples: 4 }, 'train.steps': 1, 'train.seed': 3 }
    const { evaluations } = await run(over)
    const model = {
      ...fakeDescription,
      ...({ path: 'model', fingerprint: 'f', engineFingerprint: 'e', device: 'cpu', dtype: 'float32' } as const),
      engine: async () => (await fakeModel(false)).engine,
    }
    const sampling = { samples: 4, temperature: 1, topP: 1, presencePenalty: 0, maxNewTokens: 4, seed: 3 }
    const settings = { ...sampling, template: 'none', suffix: '\n=', fewShot: 0 } as const
    const results = await evaluateSets(model, [await readSetFile(levels, 0, null)], settings, {
      cache: await tempFolder(),
      fresh: false,
      rowsPerCall: 8,
      signal: new AbortController().signal,
      onProgress: () => {},
      onSet: async () => {},
    })
    const [set] = results!.sets
    expect(evaluations.find((line) => line.set === 'levels')).toMatchObject({
      accuracy: set!.accuracy,
      low: set!.interval[0],
      majorityAtK: set!.majorityAt['4']!.value,
      passAtK: set!.passAt['4']!.value,
    })
    expect(set!.accuracy).toBeGreaterThan(0)
    expect(set!.accuracy).toBeLessThan(1)
  })
})

describe('an evaluation', () => {
  it('does not change the training', async () => {
    const training = { 'train.steps': 3, 'checkpoint.every': 9 }
    const plain = await run(training)
    const sets = [levels, { path: levels, name: 'sampled', samples: 4, every: 2 }]
    const evaluated = await run({ ...training, 'eval.sets': sets, 'eval.samples': 2 })
    const [before, after] = await Promise.all([plain, evaluated].map((outcome) => contents(outcome.run)))
    const others = Object.keys(before!).filter((name) => !/config\.yaml|metrics|evaluations|state\.json/.test(name))
    expect(others.length).toBeGreaterThan(5)
    for (const name of others) expect(after![name], name).toBe(before![name])
    const trained = (outcome: Outcome) =>
      outcome.metrics.map((line) =>
        Object.fromEntries(Object.entries(line).filter(([key]) => !/^seconds|AtK$/.test(key))),
      )
    expect(trained(evaluated)).toEqual(trained(plain))
  })

  it('of a set is made after the step at which a guard ends the run, though none was due', async () => {
    await writeFile(
      join(folder, 'wrong.mjs'),
      'export const score = ({ answers }) => answers.map((answer) => (answer === "3" ? 1 : 0))',
    )
    const falling = {
      'reward.kind': 'module',
      'reward.scorer': join(folder, 'wrong.mjs'),
      'difficulty.low': 0,
      'difficulty.high': 1,
      'kl.coef': 0,
      'optimizer.lr': 0.5,
      'train.steps': 12,
      'eval.path': await manyHeldOut(folder),
      'guard.accuracyDrop': { steps: 1, action: 'stop' },
    }
    const { evaluations, stopped } = await run({ ...falling, 'eval.sets': { path: levels, every: 50 } })
    expect(stopped!.trip).toMatchObject({ guard: 'accuracyDrop' })
    expect(named(evaluations.filter(({ set }) => set === 'levels'))).toEqual(['0 levels', `${stopped!.step} levels`])
  })
})

describe('a run with several sets that is resumed', () => {
  const steps = 4
  const settings = () => ({
    'train.steps': steps,
    'checkpoint.keep': 9,
    'eval.samples': 2,
    'eval.sets': [levels, { path: levels, name: 'sampled', samples: 4, every: 2 }],
  })
  const start = (out: string, over: Partial<StartOptions> = {}) =>
    startRun(fakeStart(fakeConfig(folder, settings()), join(folder, out), over))
  let whole: Record<string, string>
  beforeAll(async () => {
    await start('whole')
    whole = await contents(join(folder, 'whole'))
  })

  it('continues as if nothing had been, after dying in an evaluation', async () => {
    let calls = 0
    const dying: StartOptions['openModel'] = async (_, reference) =>
      fakeModel(reference, undefined, (engine) => ({
        ...engine,
        generate: (prompts, sampling, onProgress) => {
          if (sampling.samplesPerPrompt === 4) calls += 1 // of the set "sampled": at steps 0, 2 and 4
          return calls === 3 ? Promise.reject(new Error('power cut')) : engine.generate(prompts, sampling, onProgress)
        },
      }))
    await expect(start('died', { openModel: dying })).rejects.toThrow('power cut')
    await start('died', { resume: true })
    expect(await contents(join(folder, 'died'))).toEqual(whole)
  })

  it.each(['evaluating', 'evaluating levels', 'evaluating sampled'])(
    'continues after Ctrl-C while %s',
    async (stage) => {
      const out = `stopped-${stage.replace(' ', '-')}`
      const controller = new AbortController()
      let step = 0
      const reporter = {
        ...silentReporter,
        step: () => {
          step += 1
        },
        progress: (name: string) => {
          if (name === stage && step === 2) controller.abort() // in the evaluation of step 2
        },
      }
      await expect(start(out, { reporter, signal: controller.signal })).rejects.toThrow(Interrupted)
      const cut = (await readFile(join(folder, out, 'evaluations.jsonl'), 'utf8')).trim().split('\n')
      expect(cut.map((line) => JSON.parse(line).step).at(-1)).toBe(1)
      await start(out, { resume: true })
      expect(await contents(join(folder, out))).toEqual(whole)
    },
  )

  it('loses the lines of later steps, and one that was cut short', async () => {
    const out = join(folder, 'torn')
    await cp(join(folder, 'whole'), out, { recursive: true })
    for (const name of ['final', 'checkpoints/step-000004']) await rm(join(out, name), { recursive: true })
    await writeFile(join(out, 'evaluations.jsonl'), '{"step":4,"se', { flag: 'a' })
    await start('torn', { resume: true })
    expect(await contents(out)).toEqual(whole)
  })

  it('evaluates a set that was added meanwhile', async () => {
    const out = join(folder, 'added')
    await cp(join(folder, 'whole'), out, { recursive: true })
    const over = { ...settings(), 'train.steps': steps + 1, 'eval.sets': { path: levels, name: 'new' } }
    const { evaluations } = await startRun(fakeStart(fakeConfig(folder, over), out, { resume: true }))
    expect(named(evaluations).slice(-3)).toEqual(['5 held-out', '5 held-out @2', '5 new'])
  })
})
