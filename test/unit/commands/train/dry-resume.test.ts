import { cp, mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../../../src/cli.ts'
import { parseOverride, readLayers } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { configText } from '../../../../src/config/text.ts'
import { emptyPool } from '../../../../src/instruct/pool.ts'
import { safetensorsHeader } from '../../../../src/model/safetensors.ts'
import { encodeState, initialState, type TrainState } from '../../../../src/run/train-state.ts'
import { heardOutput } from '../../../support/heard-output.ts'
import { contents } from '../../../support/run-contents.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const demoModel = fileURLToPath(new URL('../../../../seeds/demo-model', import.meta.url))

let folder: string
let run: string
let checkpoint: string
beforeEach(async () => {
  folder = await tempFolder()
  run = join(folder, 'run')
  checkpoint = join(run, 'checkpoints', 'step-000009')
  await finishedRun()
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A run of the demonstration that has done its 9 steps, the memory plan's choices among its settings. */
async function finishedRun(): Promise<void> {
  const settings = [
    'train.steps=9',
    'model.kvCacheGiB=1',
    'update.tokensPerMicroBatch=512',
    'update.checkpointing=false',
  ]
  const config = resolveConfig([...(await readLayers('demo')), ...settings.map(parseOverride)])
  await cp(demoModel, checkpoint, { recursive: true })
  await mkdir(join(checkpoint, 'trainer'))
  await writeFile(join(run, 'config.yaml'), configText(config, 'demo'))
  await writeFile(join(checkpoint, 'trainer', 'optimizer.safetensors'), safetensorsHeader([]))
  await writeState({})
}

async function writeState(iteration: Partial<TrainState['iteration']>): Promise<void> {
  const state = initialState(emptyPool)
  const done = { ...state, step: 9, openLine: null, iteration: { ...state.iteration, steps: 9, ...iteration } }
  await writeFile(join(checkpoint, 'trainer', 'state.json'), encodeState(done))
}

/** The exit code of `serl train --resume`, and what it said. */
async function resumed(...argv: string[]): Promise<{ code: number; said: string }> {
  const said = heardOutput()
  const code = await main(['train', ...argv, '--resume', ...(argv.includes('--out') ? [] : ['--out', run])])
  const heard = said()
  vi.restoreAllMocks()
  return { code, said: heard }
}

interface Refusal {
  readonly argv?: readonly string[]
  readonly spoil?: () => Promise<unknown> // changes the run's folder
  readonly message: RegExp
}

const set = (...settings: string[]): string[] => settings.flatMap((setting) => ['--set', setting])

const refusals: Record<string, Refusal> = {
  'fewer steps than it has done': {
    argv: ['--steps', '3'],
    message: /has done 9 steps, but train\.steps = 3 asks for fewer/,
  },
  'another preset': { argv: ['cpu-100m'], message: /started from the preset demo, not from cpu-100m/ },
  'another model': {
    argv: ['--model', demoModel],
    spoil: () => writeFile(join(run, 'config.yaml'), 'preset: demo\nmodel:\n  path: other\ntrain:\n  steps: 9\n'),
    message: /started with model\.path = .*other, not .*demo-model/,
  },
  'another dtype': { argv: ['--dtype', 'bfloat16'], message: /computes in float32, not bfloat16/ },
  'other held-out seeds': {
    argv: set('eval.path=null', 'eval.holdOut=5'),
    message: /started with eval\.holdOut = 0, not 5/,
  },
  'a setting that no run could have': { argv: set('rollout.maxNewTokens=512'), message: /leaves no room for a prompt/ },
  'no run': { spoil: () => rm(run, { recursive: true }), message: /holds no run \(no config\.yaml\)/ },
  'an empty config.yaml': {
    spoil: () => truncate(join(run, 'config.yaml')),
    message: /is empty, so the run cannot be resumed/,
  },
  'a final/ without a checkpoint': {
    spoil: async () => {
      await rm(checkpoint, { recursive: true })
      await mkdir(join(run, 'final'))
    },
    message: /has a final\/ but no checkpoint/,
  },
  'a broken state': {
    spoil: () => writeFile(join(checkpoint, 'trainer', 'state.json'), '{'),
    message: /state\.json cannot be read .*remove .*step-000009 to resume/,
  },
  'weights cut short': {
    spoil: () => truncate(join(checkpoint, 'model.safetensors'), 3000),
    message: /step-000009\/model\.safetensors is cut short/,
  },
  'no optimizer state': {
    spoil: () => rm(join(checkpoint, 'trainer', 'optimizer.safetensors')),
    message: /optimizer\.safetensors: no such file/,
  },
  'no reference of a later iteration': {
    argv: set('train.iterations=2'),
    spoil: () => writeState({ index: 1, steps: 0 }),
    message: /has no reference weights/,
  },
}

describe('--resume --dry-run refuses what --resume refuses, with the same message, and changes nothing', () => {
  it.each(Object.entries(refusals))('%s', async (_, { argv = [], spoil, message }) => {
    await spoil?.()
    const before = await contents(folder)
    const dry = await resumed(...argv, '--quiet', '--dry-run')
    expect(dry.said).toMatch(message)
    expect(dry.code).toBe(2)
    expect(await resumed(...argv, '--quiet')).toEqual(dry)
    expect(await contents(folder)).toEqual(before)
  })
})

describe('--resume of a finished run', () => {
  it('says that changed settings have no effect', async () => {
    const { said } = await resumed(...set('rollout.temperature=0.5', 'optimizer.lr=1'), '--dry-run')
    expect(said).toMatch(
      /is finished: step 9 was its last.*These settings have no effect: .*rollout\.temperature = 0\.5 \(was/,
    )
  })
})

describe('--resume --dry-run of a run that can continue', () => {
  it('says after which step, and with which settings changed', async () => {
    const before = await contents(run)
    const { code, said } = await resumed('--steps', '12', '--dry-run')
    expect(code).toBe(0)
    expect(said).toContain(`resuming ${run} after step 9, with changed settings: train.steps = 12 (was 9)\n`)
    expect(said).toContain('# memory')
    expect(await contents(run)).toEqual(before)
  })

  it('says that it is finished', async () => {
    const { code, said } = await resumed('--dry-run')
    expect(code).toBe(0)
    expect(said).toContain(`${run} is finished: step 9 was its last. --resume --steps N continues training to step N`)
  })
})
