import { describe, expect, it } from 'vitest'
import { etaOf, newClock } from '../../../src/log/status-line.ts'
import { type Palette, paletteOf } from '../../../src/terminal/palette.ts'
import { bar, duration, fitted, progressText, shareOf, sparkline } from '../../../src/terminal/progress-text.ts'

const same = (text: string): string => text
const plain: Palette = { bright: same, dim: same, good: same, bad: same, strong: same }

describe('progressText', () => {
  const job = { stage: 'generating', done: 620, total: 1000, eta: 12.4 }
  it('has a bar as wide as there is room for', () => {
    expect(progressText(job, 79, plain)).toBe('generating  ━━━━━━━━━━━━━━━━━━━───────────  62 %  ETA 0:12')
    expect(progressText(job, 39, plain)).toBe('generating  ━━━━━━━────  62 %  ETA 0:12')
  })
  it('leaves out what does not fit, the stage last', () => {
    expect(progressText(job, 28, plain)).toBe('generating  62 %  ETA 0:12')
    expect(progressText(job, 17, plain)).toBe('generating  62 %')
    expect(progressText(job, 10, plain)).toBe('generating')
  })
  it('says nothing of time before it is known', () => {
    expect(progressText({ ...job, eta: null }, 30, plain)).toBe('generating  ━━━━━━━─────  62 %')
  })
})

it('a share is in [0, 1], whatever is reported', () => {
  expect([shareOf(1, 4), shareOf(5, 4), shareOf(-1, 4), shareOf(0, 0)]).toEqual([0.25, 1, 0, 0])
  expect([bar(0, 4, plain), bar(0.5, 4, plain), bar(1, 4, plain)]).toEqual(['────', '━━──', '━━━━'])
})

it('a sparkline goes from the least to the most, and shows the newest values', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█')
  expect(sparkline([9, 0, 1], 2)).toBe('▁█')
  expect(sparkline([5, 5], 4)).toBe('▄▄')
  expect(sparkline([5], 4)).toBe('▄')
})

it('a duration has two units at most of what matters', () => {
  const shown = [0, 7.4, 59.6, 750, 3723, 2 * 86_400 + 3 * 3600 + 5].map(duration)
  expect(shown).toEqual(['0:00', '0:07', '1:00', '12:30', '1:02:03', '2 d 03:00'])
})

it('parts are taken in their order while they fit', () => {
  expect(fitted(['a', '', 'bb', 'ccc'], 99)).toBe('a  bb  ccc')
  expect(fitted(['a', 'bb', 'ccc'], 8)).toBe('a  bb')
  expect(fitted(['long', 'b'], 2)).toBe('long')
  expect(fitted([], 9)).toBe('')
})

describe('the time left', () => {
  it('is extrapolated from what was done since the stage began here', () => {
    const clock = newClock('evaluating', 0.5, 1000) // half was stored
    clock.share = 0.75
    expect(etaOf(clock, 11_000)).toBe(10)
    clock.share = 1
    expect(etaOf(clock, 11_000)).toBe(0)
  })
  it('is not known at once, nor where nothing was done', () => {
    const clock = newClock('evaluating', 0, 1000)
    expect(etaOf(clock, 9000)).toBeNull()
    clock.share = 0.1
    expect(etaOf(clock, 1100)).toBeNull()
  })
})

describe('colours', () => {
  const coloured = (env: Record<string, string | undefined>, hasColors: boolean): boolean => {
    const before = { NO_COLOR: process.env.NO_COLOR, FORCE_COLOR: process.env.FORCE_COLOR }
    const set = (values: typeof env): void => {
      for (const [name, value] of Object.entries(values)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    set({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...env })
    try {
      return paletteOf({ hasColors: () => hasColors }).bad('x') !== 'x'
    } finally {
      set(before)
    }
  }
  it('are those of the terminal, except with NO_COLOR or FORCE_COLOR', () => {
    expect(coloured({}, true)).toBe(true)
    expect(coloured({}, false)).toBe(false)
    expect(coloured({ NO_COLOR: '1' }, true)).toBe(false)
    expect(coloured({ NO_COLOR: '' }, true)).toBe(true) // no-color.org: present and not empty
    expect(coloured({ FORCE_COLOR: '1' }, false)).toBe(true)
    expect(coloured({ FORCE_COLOR: '0' }, true)).toBe(true)
  })
})
