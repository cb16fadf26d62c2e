import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { openScorer, type Scorer } from '../../../src/reward/scorer.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function module(text: string, limitMs = 2000): Promise<Scorer> {
  const file = join(await tempFolder(), 'score.mjs')
  await writeFile(file, text)
  return openScorer(file, limitMs)
}

const request = {
  question: 'How much?',
  responses: ['one', 'three', 'ten'],
  answers: ['1', null, '10'],
  gold: null,
  lengths: [1, 2, 1],
  cutOff: [false, true, false],
  logprobs: [Float32Array.of(-0.5), Float32Array.of(-1, -2), Float32Array.of(-0.25)],
}

describe('a scoring module', () => {
  it('gets question, responses and answers, and returns one number per response', async () => {
    const scorer = await module(`
      export const score = ({ question, responses, answers, gold }) =>
        responses.map((text, i) => text.length + (answers[i] === null ? 100 : 0) + question.length * 1000 + (gold === null))
    `)
    expect(await scorer.score(request)).toEqual(Float32Array.of(9004, 9106, 9004))
    expect(await scorer.score({ ...request, responses: ['a', 'bb', 'ccc'] })).toEqual(Float32Array.of(9002, 9103, 9004))
    await scorer.close()
  })

  it('sees lengths, what was cut off and log-probabilities, and may drop a question', async () => {
    const scorer = await module(`
      export const score = ({ lengths, cutOff, logprobs, question }) => question === 'drop' ? null :
        lengths.map((length, i) => (cutOff[i] ? -1 : length) + logprobs[i].reduce((a, b) => a + b, 0) / length)
    `)
    expect(await scorer.score(request)).toEqual(Float32Array.of(0.5, -2.5, 0.75))
    expect(await scorer.score({ ...request, question: 'drop' })).toBeNull()
    await scorer.close()
  })

  it('may be asynchronous, and return a typed array', async () => {
    const scorer = await module(
      'export async function score({ responses }) { return new Float64Array(responses.length) }',
    )
    expect(await scorer.score(request)).toEqual(new Float32Array(3))
    await scorer.close()
  })

  it.each([
    [
      'export const score = () => [1, 2]',
      /must return 3 finite numbers, one per response, or null; on "How much\?" it returned \[1,2\]/,
    ],
    ['export const score = () => [1, NaN, Infinity]', /3 finite numbers.*returned \[1,NaN,Infinity\]/],
    ['export const score = () => [1, 2, "3"]', /returned \[1,2,"3"\]/],
    ['export const score = () => undefined', /returned undefined/],
    ['export const score = () => { throw new Error("no idea") }', /failed on "How much\?": no idea/],
    ['export const score = () => process.exit(3)', /failed on "How much\?": its worker thread ended/],
  ])('%s', async (text, message) => {
    const scorer = await module(text)
    const failed = scorer.score(request)
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toThrow(UserError)
    await scorer.close()
  })

  it('is stopped when it takes too long', async () => {
    const scorer = await module('export const score = () => { for (;;) {} }', 200)
    await expect(scorer.score(request)).rejects.toThrow(/score\.mjs failed on "How much\?": it took longer than 200 ms/)
  })

  it('is refused when it is missing, broken or exports no score', async () => {
    await expect(openScorer('/nowhere/score.mjs', 1000)).rejects.toThrow(/there is no file \/nowhere\/score\.mjs/)
    await expect(module('export const x = (')).rejects.toThrow(/score\.mjs failed while loading: /)
    await expect(module('export const grade = 1')).rejects.toThrow(/does not export a function score/)
  })
})
