import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, startRun } from '../../../src/train/start.ts'
import { trainedLines } from '../../../src/train/trained-lines.ts'
import { fakeGroup } from '../../support/fake-group.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'

interface Line {
  readonly step: number
  readonly id: string
  readonly sampled: number
  readonly responses: readonly { index: number; tokens: string[]; advantages: (number | null)[] }[]
}

interface Rollout {
  readonly id: string
  readonly responses: readonly { text: string; reward: number; newTokens: number }[]
}

const read = async <T>(run: string, folder: string, step: number): Promise<T[]> =>
  (await readFile(join(run, folder, `step-${String(step).padStart(6, '0')}.jsonl`), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

describe('what a run records of its batches', () => {
  let outcome: Outcome
  beforeAll(async () => {
    const folder = await questionFolder()
    outcome = await startRun(fakeStart(fakeConfig(folder, { 'train.steps': 3 }), join(folder, 'run')))
  })

  it('has a line for each question that a step trained on, those of earlier steps included', async () => {
    expect((await readdir(join(outcome.run, 'trained'))).length).toBe(3)
    for (const { step, ...line } of outcome.metrics.slice(1)) {
      const lines = await read<Line>(outcome.run, 'trained', step)
      expect(lines.length).toBe(line['groups.trained'])
      expect(lines.filter(({ sampled }) => sampled < step).length).toBe(line['groups.leftOver'])
      const advantages = lines.flatMap(({ responses }) => responses.flatMap((response) => response.advantages))
      expect(advantages.length).toBe(line['tokens.trained'])
    }
  })

  it('has the tokens of each response, and advantages of mean 0 and variance 1 over the batch', async () => {
    for (const step of [1, 2, 3]) {
      const lines = await read<Line>(outcome.run, 'trained', step)
      for (const { id, sampled, responses } of lines) {
        const rollout = (await read<Rollout>(outcome.run, 'rollouts', sampled)).find((group) => group.id === id)!
        for (const { index, tokens, advantages } of responses) {
          expect(tokens.join('')).toBe(rollout.responses[index]!.text)
          expect(tokens.length).toBe(rollout.responses[index]!.newTokens)
          expect(advantages.length).toBe(tokens.length)
        }
      }
      const all = lines.flatMap(({ responses }) => responses.flatMap(({ advantages }) => advantages as number[]))
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length
      expect(mean).toBeCloseTo(0, 2)
      expect(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length).toBeCloseTo(1, 2)
    }
  })
})

it('marks masked tokens, and names the place of a response among all that were sampled', () => {
  const kept = fakeGroup({ rewards: [1, 0, 1] })
  const group = { ...kept, responses: [kept.responses[2]!] }
  const sequence = { advantages: Float32Array.of(0.123456, -2, 3), mask: Uint8Array.of(1, 0, 1) }
  const bytes = { bytes: Uint8Array.of(), offsets: new Int32Array(300) }
  const [line] = trainedLines(7, { kept: [kept], groups: [group], sequences: [sequence] }, bytes) as Line[]
  expect(line).toMatchObject({ step: 7, responses: [{ index: 2, advantages: [0.1235, null, 3] }] })
})
