// The modules printed in docs/modules.md must work unchanged.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { openQuestionFilter } from '../../../src/filter/question-filter.ts'
import { openQuestionWriter } from '../../../src/instruct/question-writer.ts'
import { openMasker } from '../../../src/reward/masker.ts'
import { fences, root } from '../../support/pages.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const printed = fences(readFileSync(join(root, 'docs/modules.md'), 'utf8')).filter(({ language }) => language === 'js')

let folder = ''
beforeAll(async () => {
  folder = await tempFolder()
})

/** The file that exports a function. */
async function moduleWith(name: string): Promise<string> {
  const found = printed.filter(({ text }) => text.includes(`export function ${name}(`))
  expect(found.length).toBe(1)
  const file = join(folder, `${name}.mjs`)
  await writeFile(file, found[0]!.text)
  return file
}

it('the filter accepts questions with a number', async () => {
  const filter = (await openQuestionFilter({ module: await moduleWith('filter'), moduleLimitMs: 5000 }))!
  const questions = ['How many are 3 dogs?', 'How many?', 'Count 3 dogs.'].map((text) => ({
    text,
    rougeL: 0,
    nearest: null,
  }))
  expect(await filter.judge(questions)).toEqual([null, 'module: no number', 'module'])
  await filter.close()
})

it('the prompts are about the topic that the seed draws, and one question is read', async () => {
  const writer = (await openQuestionWriter({ module: await moduleWith('prompt'), moduleLimitMs: 5000 }))!
  const asked = { examples: ['What is 1 + 1?', 'What is 2 + 2?'], step: 1, round: 0, seed: 2 ** 32 - 2 } // 2 modulo 3
  expect(await writer.prompt!(asked)).toBe('What is 1 + 1?\nWhat is 2 + 2?\nA new question about distances:')
  expect(await writer.parse!({ continuation: ' How far?\nA new', cutOff: true })).toEqual(['How far?'])
  expect(await writer.parse!({ continuation: ' How fa', cutOff: true })).toEqual([])
  await writer.close()
})

it('the mask leaves out what is written behind the boxed answer, and nothing where that is nothing', async () => {
  const masker = await openMasker(await moduleWith('mask'), 5000)
  const tokens = [
    ['It is ', '\\boxed{', '\\frac{1}{2}', '}.', ' Or', ' 3?', ''],
    ['It is ', '\\boxed{4}', ' \n', ''],
    ['No', ' idea', ''],
    ['\\boxed{1}', ' no, ', '\\box', 'ed{', '2', '}', ' end'],
  ]
  const masks = await masker.mask({
    question: 'How much?',
    responses: tokens.map((texts) => texts.join('')),
    answers: tokens.map(() => null),
    gold: null,
    lengths: tokens.map((texts) => texts.length),
    cutOff: tokens.map(() => false),
    logprobs: tokens.map((texts) => new Float32Array(texts.length)),
    rewards: new Float32Array(4),
    majority: null,
    tokens,
    ids: tokens.map((texts) => new Int32Array(texts.length)),
  })
  expect(masks).toEqual([Uint8Array.of(1, 1, 1, 1, 0, 0, 0), true, true, Uint8Array.of(1, 1, 1, 1, 1, 1, 0)])
  await masker.close()
})
