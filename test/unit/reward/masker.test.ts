import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { type Masker, openMasker } from '../../../src/reward/masker.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function module(text: string, limitMs = 2000): Promise<Masker> {
  const file = join(await tempFolder(), 'mask.mjs')
  await writeFile(file, text)
  return openMasker(file, limitMs)
}

const request = {
  question: 'How much?',
  responses: ['one', 'no', 'ten'],
  answers: ['1', null, '10'],
  gold: null,
  lengths: [2, 3, 1],
  cutOff: [false, true, false],
  logprobs: [Float32Array.of(-0.5, -1), Float32Array.of(-1, -2, -3), Float32Array.of(-0.25)],
  rewards: Float32Array.of(1, 0, 0),
  majority: '1',
  tokens: [['on', 'e'], ['n', 'o', ''], ['ten']],
  ids: [Int32Array.of(5, 6), Int32Array.of(7, 8, 2), Int32Array.of(9)],
}

describe('a mask module', () => {
  it('masks tokens, responses or nothing', async () => {
    const masker = await module(`
      export const mask = ({ responses, rewards, majority, tokens, ids, cutOff }) => [
        tokens[0].map((text, t) => Number(text === 'e' && ids[0][t] === 6 && rewards[0] === 1)),
        !cutOff[1],
        majority === '1',
      ]
    `)
    expect(await masker.mask(request)).toEqual([Uint8Array.of(0, 1), false, true])
    await masker.close()
  })

  it('has one form for each meaning: an array of ones is true, one of zeros false', async () => {
    const masker = await module('export const mask = async () => [[1, true], new Uint8Array(3), new Float64Array([1])]')
    expect(await masker.mask(request)).toEqual([true, false, true])
    await masker.close()
  })

  it('may drop the question', async () => {
    const masker = await module('export const mask = () => null')
    expect(await masker.mask(request)).toBeNull()
    await masker.close()
  })

  it.each([
    ['[true, true]', /must return 3 masks, one per response, or null; on "How much\?" it returned \[true,true\]/],
    ['undefined', /must return 3 masks.*returned undefined/],
    [
      '[true, 1, true]',
      /must return for response 1 true, false, or a list of 3 times 0 or 1, one per token; .* it returned 1$/,
    ],
    [
      '[[1], true, true]',
      /for response 0 true, false, or a list of 2 times 0 or 1, one per token; .* it returned \[1\]$/,
    ],
    ['[true, [0, 1, 0.5], true]', /for response 1 .* it returned \[0,1,0\.5\]$/],
    ['[true, true, ["1"]]', /for response 2 .* it returned \["1"\]$/],
    ['{ throw new Error("no idea") }', /mask\.mjs failed on "How much\?": no idea/],
  ])('%s', async (value, message) => {
    const masker = await module(`export const mask = () => ${value}`)
    const failed = masker.mask(request)
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toThrow(UserError)
    await masker.close()
  })

  it('is stopped when it takes too long, and refused when it is missing or exports no mask', async () => {
    const slow = await module('export const mask = () => { for (;;) {} }', 200)
    await expect(slow.mask(request)).rejects.toThrow(/mask\.mjs failed on "How much\?": it took longer than 200 ms/)
    await expect(openMasker('/nowhere/mask.mjs', 1000)).rejects.toThrow(/reward\.mask: there is no file \/nowhere/)
    await expect(module('export const score = () => 1')).rejects.toThrow(
      /the mask module .* failed while loading: it does not export a function mask\(/,
    )
  })
})
