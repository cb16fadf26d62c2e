import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { resolveConfig } from '../../../src/config/load.ts'
import { filterQuestions } from '../../../src/filter/filter.ts'
import { createRougeIndex } from '../../../src/filter/rouge.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

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

it('no question that the model wrote is answered twice in a run', async () => {
  const folder = await questionFolder()
  // a band that keeps nothing: every question is answered and not kept
  const over = {
    'train.steps': 3,
    'train.maxEmptySteps': 9,
    'difficulty.low': 0.99,
    'difficulty.high': 0.995,
    'rollout.maxRounds': 2,
  }
  const { run } = await startRun(fakeStart(fakeConfig(folder, over), join(folder, 'run')))
  const texts: string[] = []
  for (const step of [1, 2, 3]) {
    const lines = await readFile(join(run, 'rollouts', `step-00000${step}.jsonl`), 'utf8')
    texts.push(
      ...lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).text.toLowerCase()),
    )
  }
  expect(texts.length).toBeGreaterThan(12)
  expect(new Set(texts).size).toBe(texts.length)
})
