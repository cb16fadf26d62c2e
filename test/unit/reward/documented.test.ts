// The scoring module printed in docs/method.md must work unchanged.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { difficultyOf } from '../../../src/reward/difficulty.ts'
import { openScorer } from '../../../src/reward/scorer.ts'
import { fakeGroup } from '../../support/fake-group.ts'
import { tempFolder } from '../../support/temp-folder.ts'

it('the documented module works with the default band', async () => {
  const page = readFileSync(new URL('../../../docs/method.md', import.meta.url), 'utf8')
  const file = join(await tempFolder(), 'score.mjs')
  await writeFile(file, /```js\n([\s\S]*?)```/.exec(page)![1]!)
  const scorer = await openScorer(file, 5000)
  const verdict = async (answers: (string | null)[]): Promise<string> => {
    const responses = answers.map((answer) => `It is ${answer}.`)
    const rewards = await scorer.score({
      question: 'How much?',
      responses,
      answers,
      gold: null,
      lengths: answers.map(() => 1),
      cutOff: answers.map(() => false),
      logprobs: answers.map(() => Float32Array.of(-1)),
    })
    return difficultyOf(fakeGroup({ rewards: [...rewards!] }), configSchema.parse({}))
  }
  expect(await verdict(['1', '1', '1', '2', '2', '3', null, '4'])).toBe('kept') // (9 + 4 + 1 + 1) / 64
  expect(await verdict(Array(8).fill('1'))).toBe('too-easy')
  expect(await verdict(['1', '2', '3', '4', '5', '6', '7', '8'])).toBe('too-hard')
  await scorer.close()
})
