import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readLayers } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import type { Config } from '../../../src/config/schema.ts'
import { UserError } from '../../../src/errors.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { Interrupted } from '../../../src/train/context.ts'
import { type StartOptions, startRun } from '../../../src/train/start.ts'
import { dyingAfter, fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

describe('resuming', () => {
  let folder: string
  let config: Config
  let whole: Record<string, string>
  const steps = 6
  const start = (out: string, over: Partial<StartOptions> = {}) => startRun(fakeStart(config, out, over))

  beforeAll(async () => {
    folder = await questionFolder()
    config = fakeConfig(folder, { 'train.steps': steps, 'rollout.promptsPerRound': 6, 'checkpoint.keep': 9 })
    await start(join(folder, 'whole'))
    whole = await contents(join(folder, 'whole'))
  })

  it('repeats a run bit for bit', async () => {
    await start(join(folder, 'again'))
    expect(await contents(join(folder, 'again'))).toEqual(whole)
  })

  it.each(['accumulate', 'generate', 'exportTensors'] as const)(
    'goes on as if nothing had been, after dying in %s',
    async (call) => {
      const out = join(folder, `died-${call}`)
      await expect(
        start(out, { openModel: dyingAfter(call, { accumulate: 14, generate: 14, exportTensors: 3 }[call]) }),
      ).rejects.toThrow('power cut')
      await start(out, { resume: true })
      expect(await contents(out)).toEqual(whole)
    },
  )

  it('does not change a finished run or its settings, and refuses fewer steps than it has done', async () => {
    const out = join(folder, 'finished')
    await cp(join(folder, 'whole'), out, { recursive: true })
    const notes: string[] = []
    const other = { ...config, optimizer: { ...config.optimizer, lr: 0.5 } }
    const reporter = { ...silentReporter, note: (text: string) => notes.push(text) }
    await start(out, { resume: true, config: other, reporter })
    expect(notes.join()).toContain(`is finished: step ${steps} was its last`)
    expect(await contents(out)).toEqual(whole)
    const fewer = { ...config, train: { ...config.train, steps: steps - 1 } }
    await expect(start(out, { resume: true, config: fewer })).rejects.toThrow(`has done ${steps} steps`)
    expect(await contents(out)).toEqual(whole)
  })

  it('ends where it would have ended, after Ctrl-C while its last step was evaluated', async () => {
    const ending = fakeConfig(folder, {
      'instruct.source': 'given',
      'rollout.promptsPerRound': 5,
      'rollout.promptsPerStep': 3,
      'rollout.maxRounds': 1,
      'rollout.maxStaleness': 0,
      'rollout.whenShort': 'stop',
      'difficulty.low': 0,
      'difficulty.high': 1,
      'eval.every': 50,
      'train.steps': 20,
    })
    const alone = await startRun(fakeStart(ending, join(folder, 'ended')))
    expect(alone.stopped!.step).toBeLessThan(20)
    const controller = new AbortController()
    let [step, isLast] = [0, false]
    const reporter = {
      ...silentReporter,
      step: () => {
        step += 1
      },
      progress: (name: string) => {
        isLast ||= name === 'evaluating' && step > 0
        if (isLast) controller.abort()
      },
    }
    const out = join(folder, 'ended-twice')
    await expect(startRun(fakeStart(ending, out, { reporter, signal: controller.signal }))).rejects.toThrow(Interrupted)
    const resumed = await startRun(fakeStart(ending, out, { resume: true }))
    expect(resumed.stopped).toEqual(alone.stopped)
    expect(resumed.metrics.map((line) => [line.step, line['eval.accuracy']])).toEqual(
      alone.metrics.map((line) => [line.step, line['eval.accuracy']]),
    )
    const after = await startRun(fakeStart(ending, out, { resume: true })) // asked to go on, it does
    expect(after.metrics.at(-1)!.step).toBeGreaterThan(resumed.metrics.at(-1)!.step)
  })

  it('continues after Ctrl-C, in sampling or in evaluation', async () => {
    for (const stage of ['answering', 'evaluating', 'asking for questions']) {
      const out = join(folder, `stopped-${stage}`)
      const controller = new AbortController()
      let step = 0
      const reporter = {
        ...silentReporter,
        step: () => {
          step += 1
        },
        progress: (name: string) => {
          if (name === stage && step === 4) controller.abort()
        },
      }
      await expect(start(out, { reporter, signal: controller.signal })).rejects.toThrow(Interrupted)
      await start(out, { resume: true })
      const files = await contents(out)
      // Ctrl-C leaves one checkpoint more than the schedule asks for
      const expected = Object.keys(whole)
      const extra = Object.keys(files).filter((name) => !expected.includes(name))
      expect(extra.every((name) => name.startsWith('/checkpoints/step-000003'))).toBe(true)
      for (const name of expected) expect(files[name], `${stage}: ${name}`).toBe(whole[name])
    }
  }, 20_000)

  it('starts again where there was no checkpoint yet', async () => {
    const out = join(folder, 'early')
    await expect(start(out, { openModel: dyingAfter('accumulate', 2) })).rejects.toThrow('power cut')
    await start(out, { resume: true })
    expect(await contents(out)).toEqual(whole)
  })

  it('cuts torn lines and removes unfinished checkpoints', async () => {
    const out = join(folder, 'torn')
    await cp(join(folder, 'whole'), out, { recursive: true })
    await rm(join(out, 'final'), { recursive: true })
    await rm(join(out, 'checkpoints', 'step-000006'), { recursive: true })
    await mkdir(join(out, 'checkpoints', '.partial-1'))
    await writeFile(join(out, 'metrics.jsonl'), '{"step":6,"eval.acc', { flag: 'a' })
    await start(out, { resume: true })
    expect(await contents(out)).toEqual(whole)
  })

  it('continues for more steps if told so, and says which settings changed', async () => {
    const out = join(folder, 'longer')
    await cp(join(folder, 'whole'), out, { recursive: true })
    const notes: string[] = []
    const longer = fakeConfig(folder, { 'train.steps': steps + 1, 'rollout.promptsPerRound': 6, 'checkpoint.keep': 9 })
    const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
    const { metrics } = await startRun(fakeStart(longer, out, { resume: true, reporter }))
    expect(metrics.map((line) => line.step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(notes[0]).toMatch(/after step 6, with changed settings: train\.steps = 7 \(was 6\)$/)
    // the next resume, without the flag, continues with these
    expect(resolveConfig(await readLayers(join(out, 'config.yaml')))).toEqual(longer)
    expect(resolveConfig(await readLayers(join(out, 'config.before-step-7.yaml')))).toEqual(config)
  })

  it('writes one line per step, however often it is interrupted', async () => {
    const out = join(folder, 'twice')
    const rare = { 'train.steps': 4, 'checkpoint.every': 9 }
    const run = (stage: string | null, atStep: number, resume: boolean) => {
      const controller = new AbortController()
      let step = -1
      const reporter = {
        ...silentReporter,
        step: (line: { step: number }) => {
          step = line.step
        },
        progress: (name: string) => {
          if (name === stage && step === atStep) controller.abort()
        },
      }
      return startRun(fakeStart(fakeConfig(folder, rare), out, { reporter, resume, signal: controller.signal }))
    }
    await expect(run('evaluating', 1, false)).rejects.toThrow(Interrupted) // that of step 2
    await expect(run('answering', 2, true)).rejects.toThrow(Interrupted) // step 2 has its line, no newer checkpoint
    await expect(run('answering', 2, true)).rejects.toThrow(Interrupted)
    const { metrics } = await run(null, 0, true)
    expect(metrics.map((line) => line.step)).toEqual([0, 1, 2, 3, 4])
  })

  it.each([
    [{ 'model.path': '/elsewhere' }, /started with model\.path = .*, not \/elsewhere/],
    [{ 'model.dtype': 'bfloat16' }, /computes in float32, not bfloat16[\s\S]*--set model\.dtype=float32/],
    [{ 'model.device': 'cuda' }, /computes in float32, not bfloat16/],
  ])('refuses %o, and touches nothing', async (over, message) => {
    const out = join(folder, 'whole')
    const settings = { 'train.steps': steps, 'rollout.promptsPerRound': 6, 'checkpoint.keep': 9, ...over }
    const openModel = (): never => {
      throw new Error('must not be opened')
    }
    const other = startRun(fakeStart(fakeConfig(folder, settings), out, { resume: true, openModel }))
    await expect(other).rejects.toThrow(message)
    expect(await contents(out)).toEqual(whole)
  })

  it('refuses a run that another process is working on', async () => {
    const out = join(folder, 'whole')
    await writeFile(join(out, '.lock'), JSON.stringify({ pid: process.ppid, host: hostname() }))
    await expect(start(out, { resume: true })).rejects.toThrow(`is in use by process ${process.ppid} on`)
    await rm(join(out, '.lock'))
    expect(await contents(out)).toEqual(whole)
  })

  it('has nothing left to do after the last step', async () => {
    const out = join(folder, 'again')
    await start(out, { resume: true })
    expect(await contents(out)).toEqual(whole)
  })

  it('refuses a folder without a run, and a broken state', async () => {
    await expect(start(join(folder, 'nowhere'), { resume: true })).rejects.toThrow(/--resume: .*nowhere holds no run/)
    const out = join(folder, 'broken')
    await cp(join(folder, 'whole'), out, { recursive: true })
    await writeFile(join(out, 'checkpoints', 'step-000006', 'trainer', 'state.json'), '{')
    await expect(start(out, { resume: true })).rejects.toThrow(
      /state\.json cannot be read .*remove .*step-000006 to resume/,
    )
  })
})

describe('--out', () => {
  it('refuses a non-empty folder, and changes nothing', async () => {
    const folder = await questionFolder()
    await expect(startRun(fakeStart(fakeConfig(folder), folder))).rejects.toThrow(
      /is not empty \(it holds .*\): give another/,
    )
    expect((await readdir(folder)).sort()).toEqual(['held-out.jsonl', 'seeds.jsonl'])
  })

  it('is not created by a run that is refused', async () => {
    const folder = await questionFolder()
    const out = join(folder, 'runs', 'refused')
    const refused = fakeStart(fakeConfig(folder, { 'rollout.maxNewTokens': 4096 }), out)
    await expect(startRun(refused)).rejects.toThrow(/rollout\.maxNewTokens = 4096 leaves no room/)
    const openModel = () => Promise.reject(new UserError('no CUDA here'))
    await expect(startRun(fakeStart(fakeConfig(folder), out, { openModel }))).rejects.toThrow('no CUDA here')
    expect((await readdir(folder)).sort()).toEqual(['held-out.jsonl', 'seeds.jsonl'])
  })

  it('belongs to the first run if two start in it at once', async () => {
    const folder = await questionFolder()
    const begin = () => startRun(fakeStart(fakeConfig(folder, { 'train.steps': 1 }), join(folder, 'run')))
    const results = await Promise.allSettled([begin(), begin()])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = results.find((result) => result.status === 'rejected')
    expect(String(refused!.reason)).toMatch(/in use by process \d+/)
    const metrics = (await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8')).trim().split('\n')
    expect(metrics.length).toBe(2)
  })
})
