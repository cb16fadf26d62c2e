// Against scipy: test/fixtures/statistics/make-student-t.py.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pairedT } from '../../../../src/eval/statistics/paired.ts'
import { t95 } from '../../../../src/eval/statistics/student-t.ts'

interface Known {
  readonly quantiles: readonly [degrees: number, point: number][]
  readonly paired: readonly {
    readonly first: readonly number[]
    readonly second: readonly number[]
    readonly interval: readonly [number, number]
  }[]
}

const file = new URL('../../../fixtures/statistics/student-t.json', import.meta.url)
const known = JSON.parse(readFileSync(file, 'utf8')) as Known

describe('t95', () => {
  it.each(known.quantiles)('with %i degrees of freedom', (degrees, point) => {
    expect(t95(degrees) / point).toBeCloseTo(1, 10)
  })
})

describe('pairedT', () => {
  it.each(known.paired)('of %j', ({ first, second, interval }) => {
    const found = pairedT(first.map((value, i) => value - second[i]!))!
    expect(found.interval[0]).toBeCloseTo(interval[0], 10)
    expect(found.interval[1]).toBeCloseTo(interval[1], 10)
    expect(found.mean).toBeCloseTo((interval[0] + interval[1]) / 2, 10)
  })

  it('has no width where the differences are equal, and is none of a single one', () => {
    expect(pairedT([0.5, 0.5, 0.5])).toEqual({ mean: 0.5, deviation: 0, interval: [0.5, 0.5] })
    expect(pairedT([0.5])).toBeNull()
  })
})
