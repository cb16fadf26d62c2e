import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { shellWord } from '../../../../src/commands/train/shell-word.ts'

describe('shellWord', () => {
  it.each([
    '',
    'plain/path-1.jsonl',
    'two words',
    "it's",
    '$HOME `ls` "x" \\',
    '\n',
    "\n\tput it in \\boxed{}, don't $guess",
  ])('%j is read back by bash as it was', (text) => {
    const read = execFileSync('bash', ['-c', `printf %s ${shellWord(text)}; printf .`], { encoding: 'utf8' })
    expect(read).toBe(`${text}.`)
  })

  it('leaves plain words bare', () => {
    expect(shellWord('runs/demo-1/final')).toBe('runs/demo-1/final')
    expect(shellWord('\n')).toBe("$'\\n'")
  })
})
