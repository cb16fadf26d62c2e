import { describe, expect, it } from 'vitest'
import { trainLine } from '../../../src/commands/train/flags.ts'
import { settings } from '../../../src/config/keys.ts'
import { otherKey, otherNames, otherOption, otherValue } from '../../../src/config/other-names.ts'
import { parseOverride } from '../../../src/config/read-settings.ts'

const flags = Object.keys(trainLine.flags).map((key) => `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`)

describe('names of other programs', () => {
  it.each(Object.entries(otherNames))('%s is something here', (name, ours) => {
    expect(name).toMatch(/^[a-z][a-z\d_]*$/)
    if ('setting' in ours) expect([...settings.keys()]).toContain(ours.setting)
    else if ('flag' in ours) expect(flags).toContain(ours.flag)
    else for (const [, key] of ours.advice.matchAll(/--set ([\w.]+)=/g)) expect([...settings.keys()]).toContain(key)
    expect(otherOption(`--${name}`, flags, true)).not.toBeNull()
  })

  it('are found however they are written', () => {
    for (const option of ['--learning_rate', '--learning-rate', '--learningRate', '--LEARNING_RATE'])
      expect(otherOption(option, flags, true)).toBe(
        'Did you mean --set optimizer.lr=...? (docs/coming-from-openrlhf.md)',
      )
    expect(otherOption('--dry_run', flags, true)).toBe('Did you mean --dry-run?')
    expect(otherOption('--no_such_thing', flags, true)).toBeNull()
    expect(otherOption('--learning_rate', ['--input'], false)).toBeNull() // a command that has no such setting
  })

  it('are found as keys of a config, in any group', () => {
    expect(otherKey('training.learning_rate')).toContain('did you mean optimizer.lr?')
    expect(otherKey('frobnicate')).toBeNull()
    expect(() => parseOverride('num_train_epochs=1')).toThrow(/did you mean update\.epochs\?/)
  })

  it.each([
    ['model.device', 'gpu', 'cuda'],
    ['model.device', 'CUDA', 'cuda'],
    ['model.dtype', 'bf16', 'bfloat16'],
    ['model.dtype', 'torch.bfloat16', 'bfloat16'],
    ['model.dtype', 'fp32', 'float32'],
    ['model.dtype', 'fp16', 'float16 is not supported: did you mean bfloat16'],
  ])('%s = %s', (key, value, ours) => {
    expect(otherValue(key, value)).toContain(ours)
  })
})
