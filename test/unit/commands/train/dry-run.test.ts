// What a dry run says beyond its checks.
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandTrial } from '../../../support/command-trial.ts'

const { serl, file, refused, said } = commandTrial()
const model = fileURLToPath(new URL('../../../../seeds/demo-model', import.meta.url))

describe('train --dry-run', () => {
  it('fails without a usable CUDA device, as the run does', async () => {
    // with or without the addon
    await refused(
      serl('train', 'demo', '--dry-run', '--device', 'cuda:99'),
      /device cuda:99|not built|does not load|has version/,
    )
  })

  it('counts and names the seed questions that will not be asked', async () => {
    const long = JSON.stringify({ problem: `How much is ${'1 + '.repeat(60)}1?`, answer: '61' })
    const seeds = await file(
      'seeds.jsonl',
      `{"problem":"How much is 1 + 1?"}\n${long}\n{"problem":"And 2?"}\n${long}\n`,
    )
    const given = [
      '--set',
      'instruct.source=given',
      '--set',
      'rollout.maxPromptTokens=60',
      '--set',
      'rollout.maxNewTokens=50',
    ]
    const argv = ['train', '--dry-run', '--model', model, '--seeds', seeds, ...given]
    expect(await serl(...argv)).toBe(0)
    expect(said()).toMatch(
      /2 of 4 seed questions will not be asked, being longer than 60 tokens .*: line 2, line 4 of .*seeds/,
    )
  })

  it('says what will be evaluated, and how much that is', async () => {
    const set = await file('hard.jsonl', '{"problem":"How much is 1 + 1?","answer":"2"}\n')
    const sets = ['--set', `eval.sets={path: ${set}, samples: 4, every: 5}`, '--set', 'eval.limit=10']
    expect(await serl('train', 'demo', '--dry-run', ...sets)).toBe(0)
    expect(said()).toMatch(
      /# evaluations\nheld-out: 10 questions of at most \d+ tokens, 10 responses of at most 60, every step\nhard: 1 question of at most \d+ tokens, 4 responses of at most 60, every 5 steps\n/,
    )
  })

  it('does not name seed questions where all are asked, or seeds are examples only', async () => {
    expect(await serl('train', 'demo', '--dry-run')).toBe(0)
    expect(said()).not.toContain('will not be asked')
  })
})
