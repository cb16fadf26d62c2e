import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveConfig } from '../../src/config/resolve.ts'
import type { Config } from '../../src/config/schema.ts'
import { silentReporter } from '../../src/log/reporter.ts'
import type { StartOptions } from '../../src/train/start.ts'
import { fakeChecker } from './fake-checker.ts'
import { fakeDescription, fakeModel } from './fake-model.ts'
import { tempFolder } from './temp-folder.ts'

/** A temporary folder with seed and held-out questions. */
export async function questionFolder(): Promise<string> {
  const folder = await tempFolder()
  const lines = (count: number, ending: string): string =>
    Array.from({ length: count }, (_, i) => `ab ${'abcdefgh'[i % 8]}c da hb${'abcd'[i % 4]} ${ending}`)
      .map((problem) => `${JSON.stringify({ problem, answer: '2' })}\n`)
      .join('')
  await writeFile(join(folder, 'seeds.jsonl'), lines(12, 'fe'))
  await writeFile(join(folder, 'held-out.jsonl'), lines(4, 'ef'))
  return folder
}

/** Questions enough for half of them to prove a drop. */
export async function manyHeldOut(folder: string, answer = '2'): Promise<string> {
  const problems = Array.from({ length: 40 }, (_, i) => `ab ${'abcdefgh'[i % 8]}c da hb${'abcde'[i >> 3]} ef`)
  const file = join(folder, `many-held-out-${answer}.jsonl`)
  await writeFile(file, problems.map((problem) => `${JSON.stringify({ problem, answer })}\n`).join(''))
  return file
}

/** Small steps for the fake model; later settings win. */
export function fakeConfig(folder: string, over: Readonly<Record<string, unknown>> = {}): Config {
  const values = {
    'model.path': folder,
    'seeds.path': join(folder, 'seeds.jsonl'),
    'eval.path': join(folder, 'held-out.jsonl'),
    'eval.maxNewTokens': 4,
    'instruct.promptsPerRound': 2,
    'instruct.maxNewTokens': 200,
    'instruct.presencePenalty': 0,
    'instruct.topP': 1,
    'instruct.temperature': 1,
    'rollout.promptsPerRound': 4,
    'rollout.promptsPerStep': 4,
    'rollout.samplesPerPrompt': 8,
    'rollout.maxNewTokens': 4,
    'rollout.suffix': '\n=',
    'difficulty.minMargin': 0,
    'panel.size': 0,
    'guard.accuracyDrop': { action: 'log' },
    'guard.panelDrift': { action: 'log' },
    'checkpoint.keep': 3,
    'update.sequencesPerStep': 8,
    'optimizer.lr': 0.05,
    'optimizer.schedule': 'constant',
    'checkpoint.every': 2,
    'checkpoint.final': 'last',
    'train.steps': 4,
    ...over,
  }
  return resolveConfig(Object.entries(values).map(([key, value]) => ({ key, value, origin: 'test' })))
}

export function fakeStart(config: Config, out: string, over: Partial<StartOptions> = {}): StartOptions {
  return {
    config,
    out,
    resume: false,
    reporter: silentReporter,
    signal: new AbortController().signal,
    described: fakeDescription,
    openModel: async (_, reference) => fakeModel(reference),
    openChecker: async () => fakeChecker,
    ...over,
  }
}

/** A model whose engine fails at the n-th call of one kind. */
export const dyingAfter =
  (call: 'accumulate' | 'generate' | 'exportTensors', n: number): StartOptions['openModel'] =>
  async (_, reference) => {
    let calls = 0
    return fakeModel(reference, undefined, (engine) => ({
      ...engine,
      [call]: (...args: never[]) => {
        calls += 1
        if (calls === n) return Promise.reject(new Error('power cut'))
        return (engine[call] as (...rest: never[]) => unknown)(...args)
      },
    }))
  }
