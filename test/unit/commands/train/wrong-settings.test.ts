import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { commandTrial } from '../../../support/command-trial.ts'

const trial = commandTrial()
const { serl, file, refused } = trial

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const questions = '{"problem":"How much is 1 + 1?","answer":"2"}\n'

describe('train', () => {
  const train = async (...argv: string[]): Promise<number> =>
    serl('train', '--model', path('../../../../seeds/demo-model'), '--out', join(trial.folder, 'run'), ...argv)

  it('without seed questions, or with bad ones', async () => {
    await refused(train(), /no seed questions: give --seeds/)
    await refused(train('--seeds', join(trial.folder, 'none.jsonl')), /none\.jsonl: no such file/)
    await refused(train('--seeds', await file('empty.jsonl', '')), /empty\.jsonl is empty/)
    await refused(
      train('--seeds', await file('bad.jsonl', `${questions}{"answer":"2"}\n`)),
      /bad\.jsonl:2: no question/,
    )
  })

  it('with unknown settings or wrong types', async () => {
    await refused(train('--set', 'rollout.tempratur=1'), /--set: unknown config key rollout\.tempratur; did you mean/)
    await refused(train('--set', 'rollout.topP=x'), /rollout\.topP = "x": expected a number above 0, at most 1/)
    await refused(serl('train', join(trial.folder, 'none.yaml')), /no config file .*none\.yaml/)
    await refused(
      serl('train', await file('a.yaml', 'kl:\n  coeff: 1\n')),
      /a\.yaml: unknown config key kl\.coeff; did you mean kl\.coef/,
    )
  })

  it('with a value for a whole group', () =>
    refused(
      train('--set', 'rollout='),
      /--set: rollout is a group of settings: give rollout\.NAME=value; it has rollout\.promptsPerRound, /,
    ))

  it('with a folder for a config', () => refused(serl('train', trial.folder), /cannot read .*: it is a folder/))

  it('into a non-empty folder, without changing it', async () => {
    const seeds = await file('seeds.jsonl', questions)
    await mkdir(join(trial.folder, 'run'))
    await file(join('run', 'thesis.tex'), 'precious')
    await refused(train('--seeds', seeds), /run is not empty \(it holds thesis\.tex\)/)
    expect(await readdir(join(trial.folder, 'run'))).toEqual(['thesis.tex'])
  })

  it('--resume without a run', async () => {
    const seeds = await file('seeds.jsonl', questions)
    await refused(train('--seeds', seeds, '--resume'), /--resume: .*run holds no run/)
    await refused(serl('train', '--resume', '--out', join(trial.folder, 'none')), /--resume: .*none holds no run/)
    expect(await readdir(trial.folder)).toEqual(['seeds.jsonl'])
  })

  it('--resume where config.yaml is empty', async () => {
    await mkdir(join(trial.folder, 'run'))
    await file(join('run', 'config.yaml'), '')
    await refused(
      serl('train', '--resume', '--out', join(trial.folder, 'run')),
      /config\.yaml is empty, so the run cannot be resumed/,
    )
  })

  // the demonstration: a model of 512 positions, without a chat template
  it.each([
    [['rollout.template=chat'], /rollout\.template = chat: .*no chat template/],
    [['instruct.template=chat'], /instruct\.template = chat: .*no chat template/],
    [['instruct.maxNewTokens=1024'], /instruct\.maxNewTokens = 1024 leaves no room for a prompt: .* 512 positions/],
    [['rollout.maxNewTokens=512'], /rollout\.maxNewTokens = 512 leaves no room/],
    [['eval.maxNewTokens=500'], /demo-heldout\.jsonl: a held-out question has \d+ tokens, and with eval\.maxNewTokens/],
    [['eval.path=none.jsonl'], /none\.jsonl: no such file/],
    [['rollout.maxPromptTokens=3'], /no seed question fits 3 tokens \(the shortest has \d+\)/],
    [['reward.answers=module', 'reward.module=none.mjs'], /answer module .*none\.mjs does not exist/],
    [['reward.kind=module', 'reward.scorer=none.mjs'], /reward\.scorer: there is no file .*none\.mjs/],
    [['reward.mask=none.mjs'], /reward\.mask: there is no file .*none\.mjs/],
    [['filter.module=none.mjs'], /filter\.module: there is no file .*none\.mjs/],
    [['instruct.module=none.mjs'], /instruct\.module: there is no file .*none\.mjs/],
  ])('%j: before anything is written, and in a dry run too', async (settings, message) => {
    const out = join(trial.folder, 'run')
    const argv = ['train', 'demo', '--out', out, ...settings.flatMap((setting) => ['--set', setting])]
    await refused(serl(...argv, '--dry-run'), message)
    vi.restoreAllMocks()
    trial.forget()
    await refused(serl(...argv), message)
    expect(await readdir(trial.folder)).toEqual([])
  })

  it('dry, into a non-empty folder', async () => {
    await file('thesis.tex', 'precious')
    await refused(serl('train', 'demo', '--dry-run', '--out', trial.folder), /is not empty/)
  })

  it('by rule without answers', async () => {
    const seeds = await file('seeds.jsonl', `${questions}{"problem":"And 2 + 2?"}\n`)
    const rule = ['--set', 'reward.kind=rule', '--set', 'instruct.source=given']
    await refused(train('--seeds', seeds, ...rule), /seeds\.jsonl:2: no "answer"/)
  })
})
