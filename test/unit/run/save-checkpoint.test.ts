// A save that dies: at any rename, or on a full disk. What is on the disk then must be a run that resumes to the bit.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Config } from '../../../src/config/schema.ts'
import { SerlError } from '../../../src/errors.ts'
import { stepOf } from '../../../src/run/run-folder.ts'
import { optimizerFile, referenceFile, stateFile } from '../../../src/run/save-checkpoint.ts'
import { decodeState } from '../../../src/run/train-state.ts'
import { type StartOptions, startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 120_000 }) // many short runs

const power = vi.hoisted(() => ({ renames: Number.POSITIVE_INFINITY, off: false }))

// without power nothing is renamed or removed any more: the clean-up of a process that is killed does not happen either
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>()
  const requirePower = (): void => {
    if (power.off) throw new Error('power cut')
  }
  return {
    ...real,
    rename: async (...args: Parameters<typeof real.rename>) => {
      requirePower()
      power.off = power.renames-- === 0
      requirePower()
      return real.rename(...args)
    },
    rm: async (...args: Parameters<typeof real.rm>) => {
      requirePower()
      return real.rm(...args)
    },
  }
})

const checkpointsOf = (run: string): string[] => {
  const folder = join(run, 'checkpoints')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.filter((name) => stepOf(name) !== null).map((name) => join(folder, name))
}

let folder: string
let config: Config
let whole: Record<string, string>
const start = (out: string, over: Partial<StartOptions> = {}) => startRun(fakeStart(config, out, over))

beforeAll(async () => {
  folder = await questionFolder()
  // two iterations: the last checkpoints hold a reference
  config = fakeConfig(folder, {
    'train.steps': 1,
    'train.iterations': 2,
    'checkpoint.every': 1,
    'checkpoint.keep': 1,
    'rollout.promptsPerStep': 2,
    'eval.path': null,
  })
  await start(join(folder, 'whole'))
  whole = await contents(join(folder, 'whole'))
})

describe('a run killed', () => {
  it('at any of its renames has only complete checkpoints, and resumes bit for bit', async () => {
    let kills = 0
    for (; ; kills++) {
      const out = join(folder, `killed-${kills}`)
      power.renames = kills
      const died = await start(out).then(
        () => false,
        (error: Error) => error.message === 'power cut',
      )
      Object.assign(power, { renames: Number.POSITIVE_INFINITY, off: false })
      if (!died) break
      for (const checkpoint of checkpointsOf(out)) {
        expect(existsSync(optimizerFile(checkpoint))).toBe(true)
        expect(existsSync(join(checkpoint, 'model.safetensors'))).toBe(true)
        expect(existsSync(referenceFile(checkpoint))).toBe(checkpoint.endsWith('2'))
        expect(decodeState(await text(stateFile(checkpoint))).step).toBe(stepOf(checkpoint.slice(-11)))
      }
      await start(out, { resume: existsSync(join(out, 'config.yaml')) })
      expect(await contents(out), `after rename ${kills}`).toEqual(whole)
    }
    // config, seeds, then state and folder of two checkpoints, the first one's removal, final/, outcome
    expect(kills).toBe(9)
  })
})

describe('a full disk', () => {
  const full = (what: string): StartOptions['openModel'] => {
    const cannot = (path: string) => new SerlError('IO', `cannot write ${path}: No space left on device`)
    return async (_, reference) =>
      fakeModel(reference, undefined, (engine) => ({
        ...engine,
        exportTensors: async (files) => {
          const hit = files.find(({ path }) => path.includes(`/${what}`))
          if (hit !== undefined) throw cannot(hit.path)
          return engine.exportTensors(files)
        },
      }))
  }

  it.each([
    ['optimizer', 'no disk space for checkpoint step 1 in'],
    ['reference', 'no disk space for checkpoint step 2 in'],
    ['.final', 'no disk space for final/ in'],
  ])('in %s is told, leaves nothing half written, and the run resumes', async (what, message) => {
    const out = join(folder, `full-${what}`)
    const failed = start(out, { openModel: full(what) })
    await expect(failed).rejects.toMatchObject({ code: 'USER', message: expect.stringContaining(message) })
    await expect(failed).rejects.toThrow(`free some, then continue with: npx serl train --resume --out ${out}`)
    const left = [...readdirSync(out), ...readdirSync(join(out, 'checkpoints'))]
    expect(left.filter((name) => name.startsWith('.'))).toEqual([])
    await start(out, { resume: true })
    expect(await contents(out)).toEqual(whole)
  })
})

const text = async (path: string): Promise<string> => (await import('node:fs')).readFileSync(path, 'utf8')
