import { expect, it } from 'vitest'
import { runName } from '../../../../src/commands/train/run-name.ts'

it.each([
  [undefined, 'demo'],
  ['llama-3.2-3b-instruct', 'llama-3.2-3b-instruct'],
  ['qwen2.5-7b-instruct', 'qwen2.5-7b-instruct'],
  ['configs/mine.v2.yaml', 'mine.v2'],
  ['../mine.yml', 'mine'],
])('the run of %j is called %s', (source, name) => {
  expect(runName(source)).toBe(name)
})
