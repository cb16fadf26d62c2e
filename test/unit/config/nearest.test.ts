import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/config/nearest.ts'

describe('nearest', () => {
  it.each([
    ['temprature', 'temperature'],
    ['Steps', 'steps'],
    ['step', 'steps'],
    ['learning', null],
    ['x', null],
  ])('%s: %s', (name, expected) => {
    expect(nearest(name, ['steps', 'temperature', 'seed'])).toBe(expected)
  })
})
