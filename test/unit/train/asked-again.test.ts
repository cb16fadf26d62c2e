import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { filterQuestions } from '../../../src/filter/filter.ts'
import { createRougeIndex } from '../../../src/filter/rouge.ts'
import { decodeState } from '../../../src/run/train-state.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

it('a copy of a question that was answered and not kept is rejected, a similar one is not', () => {
  const config = resolveConfig([]).filter
  const texts = [
    'How many apples are in 3 bags of 4?',
    'how many  apples are in 3 bags of 4?',
    'How many apples are in 3 bags of 5?',
  ]
  const asked = new Set(['how many apples are in 3 bags of 4?'])
  const verdicts = filterQuestions(
    texts.map((text) => ({ text })),
    { config, known: createRougeIndex(), asked },
  )
  expect(verdicts.map(({ reason }) => reason)).toEqual(['duplicate', 'duplicate', null])
})

it('a run remembers what it answered and did not keep', async () => {
  const folder = await questionFolder()
  const over = { 'train.steps': 2, 'checkpoint.every': 1, 'difficulty.high': 0.4 }
  const { run } = await startRun(fakeStart(fakeConfig(folder, over), join(folder, 'run')))
  const read = (name: string): Promise<string> => readFile(join(run, name), 'utf8')
  const lines = [...(await read('rollouts/step-000001.jsonl')).trim().split('\n')]
  const others = lines.map((line) => JSON.parse(line)).filter(({ verdict }) => verdict !== 'kept')
  expect(others.length).toBeGreaterThan(0)
  const { asked } = decodeState(await read('checkpoints/step-000001/trainer/state.json'))
  expect(asked).toEqual(others.map(({ text }) => text.toLowerCase().replace(/\s+/g, ' ').trim()))
})
