import { describe, expect, it } from 'vitest'
import { countChildren, nextRetired, noYields, seedsInUse, type Yields } from '../../../src/instruct/yields.ts'

const ids = (...names: string[]): { id: string }[] => names.map((id) => ({ id }))

describe('yields', () => {
  const children = [
    { examples: ['seed-1', 'seed-2'], kept: true },
    { examples: ['seed-2', 'step1-0-0'], kept: false },
  ]

  it('count every child in full for every example of its prompt', () => {
    const counted = countChildren(noYields, children, ids('seed-1', 'seed-2', 'step1-0-0'))
    expect(counted.of).toEqual({
      'seed-1': { answered: 1, kept: 1 },
      'seed-2': { answered: 2, kept: 1 },
      'step1-0-0': { answered: 1, kept: 0 },
    })
    expect(countChildren(counted, children, ids('seed-2')).of).toEqual({ 'seed-2': { answered: 4, kept: 2 } })
  })

  it('forget questions that have left the pool', () => {
    expect(Object.keys(countChildren(noYields, children, ids('seed-1')).of)).toEqual(['seed-1'])
  })
})

describe('retiring', () => {
  const seeds = ids('a', 'b', 'c', 'd')
  const yields = (
    answered: Record<string, number>,
    kept: Record<string, number> = {},
    retired: string[] = [],
  ): Yields => ({
    of: Object.fromEntries(Object.entries(answered).map(([id, n]) => [id, { answered: n, kept: kept[id] ?? 0 }])),
    retired,
  })

  it('takes seeds with enough answered children, none of them kept', () => {
    expect(nextRetired(yields({ a: 5, b: 4, c: 9 }, { c: 1 }), seeds, 5, 1)).toEqual(['a'])
    expect(nextRetired(yields({ a: 5, b: 4 }), seeds, 6, 1)).toEqual([])
  })

  it('leaves as many seeds as a prompt has examples, those with most children going first', () => {
    expect(nextRetired(yields({ a: 5, b: 7, c: 6, d: 5 }), seeds, 5, 2)).toEqual(['b', 'c'])
    expect(nextRetired(yields({ a: 5, b: 7, c: 6 }, {}, ['b']), seeds, 5, 2)).toEqual(['c'])
    expect(nextRetired(yields({ a: 5, b: 7 }, {}, ['c', 'd']), seeds, 5, 2)).toEqual([])
    expect(nextRetired(yields({ a: 5 }), seeds, 5, 8)).toEqual([])
  })

  it('keeps retired seeds out, except where a run goes on with more examples or fewer seeds', () => {
    expect(seedsInUse(seeds, ['b', 'd'], 2)).toEqual(ids('a', 'c'))
    expect(seedsInUse(seeds, ['d', 'b'], 3)).toEqual(ids('a', 'b', 'c')) // d was retired first
    expect(seedsInUse(ids('a', 'b'), ['b', 'd'], 2)).toEqual(ids('a', 'b'))
    expect(seedsInUse(ids('a', 'b', 'e'), ['x', 'b'], 2)).toEqual(ids('a', 'e'))
  })
})
