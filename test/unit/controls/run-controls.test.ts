// A run with controls, on the fake model.
import { writeFileSync } from 'node:fs'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type Config, configSchema } from '../../../src/config/schema.ts'
import { readControls, type SavedControls } from '../../../src/controls/controls-file.ts'
import { planControls } from '../../../src/controls/plan.ts'
import { type ControlsOptions, checkControls, runControls } from '../../../src/controls/run-controls.ts'
import { UserError } from '../../../src/errors.ts'
import type { StepMetrics } from '../../../src/log/metrics.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { Interrupted } from '../../../src/train/context.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, manyHeldOut, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // whole runs: long on a busy machine

let folder: string
let heldOut: string
beforeAll(async () => {
  folder = await questionFolder()
  heldOut = await manyHeldOut(folder)
  const { engine, writeWeights } = await fakeModel(false)
  await writeWeights(folder) // model.path
  await engine.close()
})

const settings = (over: Record<string, unknown> = {}): Config =>
  fakeConfig(folder, { 'train.steps': 2, 'eval.path': heldOut, ...over })

interface Over extends Partial<ControlsOptions> {
  readonly controls?: readonly ('random' | 'rule' | 'frozen-vote')[]
  readonly seeds?: readonly number[]
}

function options(
  out: string,
  config: Config,
  { controls = ['random'], seeds = [0, 1], ...over }: Over = {},
): ControlsOptions {
  const plan = planControls(config, { controls, seeds })
  return { ...fakeStart(config, out), plan, ...over }
}

const lines = async (run: string): Promise<StepMetrics[]> =>
  (await readFile(join(run, 'metrics.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StepMetrics)

/** The files of controls without what no two folders share. */
const files = async (out: string): Promise<Record<string, string>> => contents(out)

describe('a run with controls', () => {
  let out: string
  let saved: SavedControls
  beforeAll(async () => {
    out = join(folder, 'whole')
    saved = await runControls(options(out, settings()))
  })

  it('leaves an ordinary run in each folder: the arm of the vote is the run alone', async () => {
    expect((await readdir(out)).sort()).toEqual(['config.yaml', 'controls.json', 'controls.md', 'random', 'vote'])
    const alone = join(folder, 'alone')
    await startRun(fakeStart(settings({ 'train.seed': 1 }), alone))
    expect(await contents(join(out, 'vote', 'seed-1'))).toEqual(await contents(alone))
    const control = join(folder, 'control')
    await startRun(fakeStart(settings({ 'train.seed': 1, 'reward.kind': 'random' }), control))
    expect(await contents(join(out, 'random', 'seed-1'))).toEqual(await contents(control))
  })

  it('saves accuracies before and after, and the difference', async () => {
    expect(await readControls(out)).toEqual(JSON.parse(JSON.stringify(saved)))
    expect(saved).toMatchObject({ controls: ['random'], seeds: [0, 1], heldOut: 40 })
    for (const [i, arm] of ['vote', 'random'].entries()) {
      for (const seed of [0, 1]) {
        const metrics = await lines(join(out, arm, `seed-${seed}`))
        const run = saved.result!.arms[i]!.runs[seed]!
        expect(run).toEqual({
          seed,
          before: metrics[0]!['eval.accuracy'],
          after: metrics.at(-1)!['eval.accuracy'],
        })
      }
    }
    const [first, second] = saved.result!.arms
    expect(saved.result!.differences[0]!.mean).toBeCloseTo(first!.after - second!.after, 12)
    expect(await readFile(join(out, 'controls.md'), 'utf8')).toContain('| vote minus | seed 0 | seed 1 | mean |')
  })

  it('repeats nothing where all is finished, and adds seeds and controls', async () => {
    const more = join(folder, 'more')
    await cp(out, more, { recursive: true })
    const models: string[] = []
    const openModel: ControlsOptions['openModel'] = async ({ reward, train }, reference) => {
      models.push(`${reward.kind} ${train.seed}`)
      return fakeModel(reference)
    }
    await runControls(options(more, settings(), { resume: true, openModel }))
    expect(models).toEqual([])
    expect(await files(more)).toEqual(await files(out))
    const added = { controls: ['random', 'frozen-vote'] as const, seeds: [0, 1, 5] }
    const wider = await runControls(options(more, settings(), { ...added, resume: true, openModel }))
    // a frozen vote opens the base model beside the policy
    expect(models).toEqual([
      ...['frozen-vote 0', 'frozen-vote 0', 'frozen-vote 1', 'frozen-vote 1'],
      ...['majority 5', 'random 5', 'frozen-vote 5', 'frozen-vote 5'],
    ])
    expect(wider.result!.differences.map(({ control, runs }) => [control, runs.length])).toEqual([
      ['random', 3],
      ['frozen-vote', 3],
    ])
  })

  it('is refused where it would overwrite something, or where a run has other settings', async () => {
    await expect(runControls(options(out, settings()))).rejects.toThrow(/is not empty .*--resume --out/)
    const other = options(out, settings({ 'optimizer.lr': 0.01 }), { resume: true })
    await expect(runControls(other)).rejects.toThrow(/vote\/seed-0 has other settings than its controls: optimizer\.lr/)
    await expect(runControls(other)).rejects.toBeInstanceOf(UserError)
  })
})

describe('a run with controls that is asked to stop', () => {
  it.each([
    ['in an arm, after its step', 'vote/seed-0', 1],
    ['between two arms', '', 2],
  ])('ends %s', async (_, place, last) => {
    const out = join(folder, `asked-${last}`)
    const steps: number[] = []
    const step = (metrics: { step: number }): void => {
      steps.push(metrics.step)
      if (metrics.step === last) writeFileSync(join(out, place, '.stop'), 'now\n')
    }
    const reporter = { ...silentReporter, step }
    await expect(runControls(options(out, settings(), { reporter }))).rejects.toThrow(Interrupted)
    expect(steps.at(-1)).toBe(last)
    expect(await readdir(out)).not.toContain('.stop')
    expect((await readControls(out)).runs).toHaveLength(last - 1)
    expect((await runControls(options(out, settings(), { resume: true }))).result).not.toBeNull()
  })
})

describe('a run with controls that was stopped', () => {
  let whole: Record<string, string>
  const config = (): Config => settings({ 'checkpoint.every': 1, 'checkpoint.keep': 9 })
  beforeAll(async () => {
    await runControls(options(join(folder, 'unbroken'), config()))
    whole = await files(join(folder, 'unbroken'))
  })

  it('goes on where it stopped, bit for bit', async () => {
    const out = join(folder, 'stopped')
    const controller = new AbortController()
    let steps = 0
    const reporter = {
      ...silentReporter,
      step: () => {
        steps += 1
      },
      progress: () => {
        if (steps === 5) controller.abort() // steps 0 to 2 of one run, 0 and 1 of the next
      },
    }
    await expect(runControls(options(out, config(), { reporter, signal: controller.signal }))).rejects.toThrow(
      Interrupted,
    )
    expect(await readControls(out)).toMatchObject({ result: null, runs: [{ folder: 'vote/seed-0' }] })
    expect(await readdir(out)).not.toContain('controls.md')
    const opened: string[] = []
    const openModel: ControlsOptions['openModel'] = async ({ reward, train }, reference) => {
      opened.push(`${reward.kind} ${train.seed}`)
      return fakeModel(reference)
    }
    await runControls(options(out, config(), { resume: true, openModel }))
    expect(opened).toEqual(['random 0', 'majority 1', 'random 1'])
    expect(await files(out)).toEqual(whole)
  })

  it('goes on after its process died in a run', async () => {
    const out = join(folder, 'died')
    let opened = 0
    const openModel: ControlsOptions['openModel'] = async (_, reference) => {
      opened += 1
      if (opened === 3) throw new Error('power cut')
      return fakeModel(reference)
    }
    await expect(runControls(options(out, config(), { openModel }))).rejects.toThrow('power cut')
    await runControls(options(out, config(), { resume: true }))
    expect(await files(out)).toEqual(whole)
  })

  it('leaves nothing where no run began, because the model did not open', async () => {
    const out = join(folder, 'unopened')
    const openModel = () => Promise.reject(new UserError('no CUDA here'))
    await expect(runControls(options(out, config(), { openModel }))).rejects.toThrow('no CUDA here')
    expect(await readdir(folder)).not.toContain('unopened')
  })
})

describe('arms that end with their best model, as by default', () => {
  it('are judged on the half that did not choose it, which no guard did', async () => {
    const out = join(folder, 'best')
    const config = settings({ 'checkpoint.final': configSchema.parse({}).checkpoint.final })
    const saved = await runControls(options(out, config))
    expect(saved.runs.map(({ selected, selectedBy }) => ({ selected, selectedBy }))).toEqual(
      saved.runs.map(() => ({ selected: true, selectedBy: ['checkpoint.final'] })),
    )
    expect(saved.result!.questions).toBe('reporting')
    for (const [i, arm] of ['vote', 'random'].entries()) {
      const [first] = await lines(join(out, arm, 'seed-0'))
      expect(saved.result!.arms[i]!.runs[0]!.before).toBe(first!['eval.reporting'])
    }
    const text = await readFile(join(out, 'controls.md'), 'utf8')
    expect(text).toContain(
      'By one half of the held-out questions checkpoint.final = best chose the model in 4 runs (vote, seed 0; random, seed 0; ' +
        'vote, seed 1; random, seed 1): all runs are judged on the other half.',
    )
    expect(text).not.toContain('guard')
  })
})

describe('a run of an arm that ends early', () => {
  it('counts with the model that a guard took it back to, judged by the other half', async () => {
    // at this learning rate some run loses its accuracy
    const guard = { 'guard.accuracyDrop': { steps: 1, action: 'rollback' } }
    const over = {
      'optimizer.lr': 0.5,
      'kl.coef': 0,
      'train.steps': 8,
      'difficulty.low': 0,
      'difficulty.high': 1,
      ...guard,
    }
    const out = join(folder, 'guarded')
    const seeds = [0, 1, 2]
    const saved = await runControls(options(out, settings(over), { seeds }))
    const stopped = saved.runs.filter(({ selected }) => selected)
    for (const { selectedBy } of stopped) expect(selectedBy).toEqual(['guard'])
    expect(stopped.length).toBeGreaterThan(0)
    expect(saved.result!.questions).toBe('reporting')
    const { folder: run, modelOfStep, step, after } = stopped[0]!
    expect(modelOfStep).toBeLessThan(step)
    const kept = (await lines(join(out, run))).find((line) => line.step === modelOfStep)!
    expect(after).toEqual({ accuracy: kept['eval.accuracy'], reporting: kept['eval.reporting'] })
    expect(await readFile(join(out, 'controls.md'), 'utf8')).toContain('are judged on the other half')
  })

  it('counts with the model that it has where nothing is left to train on', async () => {
    // with low = high = 1 only unanimous questions are kept, and a coin seldom gives one
    const over = { 'difficulty.low': 1, 'difficulty.high': 1, 'rollout.maxRounds': 1, 'train.steps': 3 }
    const out = join(folder, 'empty')
    const saved = await runControls(options(out, settings(over), { seeds: [0] }))
    const random = saved.runs.find(({ arm }) => arm === 'random')!
    expect(random.stopped).toMatch(/lie in the difficulty band/)
    expect(random.after).toEqual(random.before)
    const text = await readFile(join(out, 'controls.md'), 'utf8')
    expect(text).toContain(`random, seed 0: ended early, after step ${random.step} (of `)
    expect(text).toContain('One run seed says nothing about')
    // it is finished: not tried again
    const openModel = () => Promise.reject(new Error('opened'))
    await runControls(options(out, settings(over), { seeds: [0], resume: true, openModel }))
  })
})

describe('the checks of a run with controls', () => {
  it('say which seeds lack the answers of rule, before anything is written', async () => {
    const seeds = join(folder, 'half-known.jsonl')
    const known = (i: number) => ({ problem: `ab ${i} cd`, ...(i % 2 === 0 && { answer: '2' }) })
    await writeFile(seeds, Array.from({ length: 6 }, (_, i) => `${JSON.stringify(known(i))}\n`).join(''))
    const config = settings({ 'seeds.path': seeds, 'instruct.source': 'given' })
    const out = join(folder, 'unknown')
    const asked = options(out, config, { controls: ['rule'] })
    const message = /^--controls rule: .*half-known\.jsonl:2: no "answer", .* nor on 2 other lines: 4, 6$/
    await expect(checkControls(asked)).rejects.toThrow(message)
    await expect(runControls(asked)).rejects.toThrow(message)
    expect(await readdir(folder)).not.toContain('unknown')
  })

  it('refuse a single held-out question', async () => {
    const single = join(folder, 'single.jsonl')
    await writeFile(single, `${JSON.stringify({ problem: 'ab cd', answer: '2' })}\n`)
    const asked = options(join(folder, 'single'), settings({ 'eval.path': single }))
    await expect(runControls(asked)).rejects.toThrow(/1 held-out question cannot tell arms apart/)
  })

  it('refuse a folder that another process uses', async () => {
    const out = join(folder, 'busy')
    const running = runControls(options(out, settings({ 'train.steps': 1 }), { seeds: [0] }))
    await vi.waitFor(async () => expect(await readdir(out)).toContain('controls.json'))
    await expect(runControls(options(out, settings(), { resume: true }))).rejects.toThrow(/is in use by process/)
    await running
    await rm(out, { recursive: true })
  })
})
