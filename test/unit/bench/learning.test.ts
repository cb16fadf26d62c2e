import { describe, expect, it } from 'vitest'
import { plannedRuns } from '../../../bench/learning/plan.ts'
import { alarmStep, courseOf, keptAccuracy, signals } from '../../../bench/learning/signals.ts'
import { runsTable, signalsTable } from '../../../bench/learning/table.ts'
import { parseOverride, readLayers } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { stepMetrics } from '../../../src/log/metrics.ts'

const run = (accuracy: readonly number[], entropy: readonly (number | null)[]) =>
  accuracy.map((value, step) => stepMetrics({ step, 'eval.accuracy': value, 'entropy.mean': entropy[step] ?? null }))

// the run that no guard noticed
const collapsing = run([0.08, 0.15, 0.15, 0.11, 0.08, 0.09], [null, 1.66, 1.2, 0.6, 0.2, 0.09])
const healthy = run([0.4, 0.8, 0.9, 0.95, 0.94, 0.95], [null, 0.6, 0.5, 0.4, 0.35, 0.32])
const halved = { key: 'entropy.mean', side: 'below', limit: 0.5, relative: true } as const

describe('the course of a run', () => {
  it('is a collapse where it ends well below its peak', () => {
    expect(courseOf(collapsing)).toEqual({ peakStep: 1, peak: 0.15, final: 0.09, collapsed: true })
    expect(courseOf(healthy)).toMatchObject({ peakStep: 3, peak: 0.95, collapsed: false })
  })
})

describe('a signal', () => {
  it('alarms after two measurements beyond its limit', () => {
    expect(alarmStep(collapsing, halved)).toBe(4)
    expect(alarmStep(healthy, halved)).toBeNull()
    expect(alarmStep(collapsing, halved, 1)).toBe(3)
  })

  it('keeps the model before its streak', () => {
    expect(keptAccuracy(collapsing, 4)).toBe(0.15)
    expect(keptAccuracy(collapsing, null)).toBe(0.09)
  })

  it('is judged in a table', () => {
    const runs = [
      { name: 'a', lines: collapsing },
      { name: 'b', lines: healthy },
    ]
    expect(runsTable(runs)).toContain('| a | 8.0 | 15.0 at step 1 | 9.0 | collapsed |')
    const rows = signalsTable(runs).split('\n')
    expect(rows.length).toBe(signals.length + 2)
    expect(rows).toContain('| `entropy.mean` below 0.5 of its first value | 1 of 1 | 3 | 0 of 1 | 0.0 | 0.0 |')
  })
})

describe('the plan', () => {
  const options = {
    seeds: [0, 1, 2],
    stubbornModel: (share: number) => `/stubborn-${share}`,
    model: '/smollm2',
    questions: { seeds: 's.jsonl', heldOut: 'h.jsonl' },
  }

  it('has 33 runs, whose settings are valid', async () => {
    const runs = plannedRuns(options)
    expect(runs.length).toBe(33)
    for (const { args } of runs) {
      const sets = args.flatMap((word, i) => (args[i - 1] === '--set' ? [word] : []))
      expect(() => resolveConfig(sets.map(parseOverride))).not.toThrow()
      const config = resolveConfig([...(await readLayers(args[0]!)), ...sets.map(parseOverride)])
      expect(config.panel.every).toBeLessThan(3)
    }
    expect(plannedRuns({ ...options, model: null }).length).toBe(24)
  })
})
