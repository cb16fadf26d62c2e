import { describe, expect, it } from 'vitest'
import { defaultCases, ourSide, parseCase, theirSide } from '../../../bench/compare/cases.ts'
import { median, ratio, shareOfLimit, speed, table } from '../../../bench/compare/report.ts'
import { measure } from '../../../bench/compare/side.ts'
import { exponent, upperHalf } from '../../../bench/growth/fit.ts'

const measured = (seconds: number, units: number, productsSeconds = 0) => ({
  ...{ seconds, units, productsSeconds },
  peakBytes: 3 * 2 ** 20,
})
const setting = { model: 'M', input: 'P', longest: 100, threads: 2, device: 'cpu' }
const train = parseCase('train:2x8x32:trl')

describe('a comparison', () => {
  it('reads cases, and refuses a peer that does not do the work', () => {
    expect(train).toEqual({ work: 'train', prompts: 2, samples: 8, newTokens: 32, peer: 'trl' })
    expect(defaultCases.map(parseCase)).toHaveLength(6)
    for (const wrong of ['train:2x8x32:transformers', 'train:2x8:trl', 'paint:1x1x1:trl', '']) {
      expect(() => parseCase(wrong)).toThrow(/expected WORK/)
    }
  })

  it('gives both sides the same sizes', () => {
    const score = parseCase('score:8x4x64:transformers')
    const theirs = theirSide(score, { ...setting, python: 'python3' })
    const flags = ['--sequences', '32', '--length', '164', '--threads', '2', '--device', 'cpu']
    expect(theirs).toMatchObject({ command: 'python3' })
    expect('args' in theirs && theirs.args.slice(1)).toEqual(['M', 'P', ...flags])
    expect(ourSide(score, setting).args.slice(-flags.length)).toEqual(flags)
  })

  it('names the flag for a missing peer', () => {
    expect(theirSide(train, setting)).toEqual({
      missing: '--python PROGRAM, a Python with torch, transformers, trl and datasets',
    })
    expect(theirSide(parseCase('generate:4x16x32:node-llama-cpp'), { ...setting, llama: 'G' })).toHaveProperty(
      'missing',
    )
  })

  it('computes our speed relative to the peer', () => {
    const round = { ours: measured(2, 1, 1.5), theirs: measured(9, 1) }
    expect(speed(train, round.theirs)).toBe(9) // seconds per step
    expect(ratio(round)).toBe(4.5)
    expect(shareOfLimit(round)).toBe(0.75)
    expect(speed(parseCase('generate:1x1x128:transformers'), measured(4, 128))).toBe(32) // tokens per second
    expect(ratio({ ours: measured(4, 128), theirs: null })).toBeNull()
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([5])]).toEqual([2, 2.5, 5])
    const second = { ours: measured(4, 1, 2), theirs: measured(10, 1) }
    expect(table([{ of: train, rounds: [round, second] }]).split('\n')[2]).toBe(
      '| train 2 x 8 x 32 | s per step | 3.00 (2.00 to 4.00) | trl | 9.50 (9.00 to 10.0) | 3.50 (2.50 to 4.50) ' +
        '| 63 % (50 % to 75 %) | 3 | 3 |',
    )
  })

  it('takes the last line of a program, and says how one failed', async () => {
    const side = (code: string) => ({ name: 'peer', command: process.execPath, args: ['-e', code] })
    const good = 'console.log("noise"); console.log(JSON.stringify({ seconds: 2, units: 8, peakBytes: 5 }))'
    expect(await measure(side(good))).toEqual({ seconds: 2, units: 8, peakBytes: 5 })
    await expect(measure(side('console.error("no torch"); process.exit(3)'))).rejects.toThrow('peer: exit 3\nno torch')
    await expect(measure(side('console.log("hello")'))).rejects.toThrow('peer: exit 0')
    await expect(measure({ name: 'peer', command: '/nowhere/python', args: [] })).rejects.toThrow('ENOENT')
  })
})

describe('growth', () => {
  it('finds the exponent of a power law', () => {
    const points = [8, 16, 32, 64].map((size) => ({ size, value: 3 * size ** 1.5 }))
    expect(exponent(points)).toBeCloseTo(1.5, 10)
    expect(exponent(points.slice(1, 2))).toBeNaN()
  })

  it('uses the larger half', () => {
    const points = [1, 2, 4, 8, 16, 32, 64, 128].map((size) => ({ size, seconds: size, attentionSeconds: 0 }))
    expect(upperHalf(points).map(({ size }) => size)).toEqual([16, 32, 64, 128])
    expect(upperHalf(points.slice(0, 4)).map(({ size }) => size)).toEqual([2, 4, 8])
  })
})
