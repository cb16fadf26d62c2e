import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { checkerOf } from './support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serl-module-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function moduleOf(name: string, source: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, source)
  return path
}

const LENGTHS = `
export const extract = (text) => text.split('=')[1] ?? null
export const equal = (a, b) => a.length === b.length
`

describe("a user's module", () => {
  test('finds and compares answers', async () => {
    const checker = await checkerOf({ kind: 'module', module: await moduleOf('lengths.mjs', LENGTHS) })
    const vote = await checker.vote(['x=abc', 'x=zzz', 'x=ab', 'none'])
    expect([...vote.rewards]).toEqual([1, 1, 0, 0])
    expect(vote).toMatchObject({ majority: 'abc', majorityShare: 0.5, classes: 2, answerless: 1, timeouts: 0 })
    expect(await checker.grade('x=12', 'y=34')).toEqual({ equal: true, gold: '12', prediction: '34' })
    expect([...(await checker.againstGold(['x=a', 'x=bc', '-'], 'x=dd')).rewards]).toEqual([0, 1, 0])
    await checker.close()
  })

  test('calls that never end are given up and counted, and later ones work', async () => {
    const source = `
      export const extract = (text) => { while (text === 'hang') {} return text }
      export const equal = (a, b) => { while (a === 'stuck' || b === 'stuck') {} return a[0] === b[0] }
    `
    const checker = await checkerOf({ kind: 'module', module: await moduleOf('hangs.mjs', source), timeLimitMs: 400 })
    const vote = await checker.vote(['hang', 'apple', 'avocado', 'stuck'])
    expect(vote.answers).toEqual([null, 'apple', 'avocado', 'stuck'])
    expect([...vote.rewards]).toEqual([0, 1, 1, 0])
    expect(vote.timeouts).toBe(5) // one text, and two pairs both ways
    await checker.close()
  })

  test.each([
    ['missing.mjs', null, /missing\.mjs does not exist/],
    ['syntax.mjs', 'export const extract = (', /syntax\.mjs failed while loading: /],
    ['half.mjs', 'export const extract = (t) => t', /half\.mjs does not export equal\(\): it must export/],
  ])('%s is refused', async (name, source, message) => {
    const path = source === null ? join(folder, name) : await moduleOf(name, source)
    const error = await checkerOf({ kind: 'module', module: path }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toMatch(message)
  })

  test.each([
    ['throws.mjs', 'export const extract = () => { throw new Error("bad day") }', /failed in extract\(\): bad day/],
    ['number.mjs', 'export const extract = () => 5', /extract must return a string or null, not number/],
  ])('%s is named when it fails', async (name, source, message) => {
    const path = await moduleOf(name, `${source}\nexport const equal = () => true`)
    const checker = await checkerOf({ kind: 'module', module: path })
    await expect(checker.vote(['a', 'b'])).rejects.toThrow(message)
    await checker.close()
  })

  test('that answers no call within its time limit is refused, with the limit', async () => {
    const source = 'export const extract = () => { for (;;) {} }\nexport const equal = () => true'
    const module = await moduleOf('never.mjs', source)
    const checker = await checkerOf({ kind: 'module', module, timeLimitMs: 5 })
    await expect(checker.vote(Array.from({ length: 30 }, () => 'a'))).rejects.toThrow(
      /never\.mjs ran over its time limit of 5 ms in each of its first 20 calls: .*reward\.timeLimitMs.*--time-limit-ms/,
    )
    expect(checker.timeouts!()).toBe(20)
    await checker.close()
  }, 60_000)

  test('a module must be named', async () => {
    await expect(checkerOf({ kind: 'module' })).rejects.toThrow(UserError)
  })
})
