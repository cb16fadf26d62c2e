import { describe, expect, it } from 'vitest'
import { guardSchema } from '../../../src/config/guard-schema.ts'
import type { Config } from '../../../src/config/schema.ts'
import { bestAfter, endingTrip, rollsBack, tripText, watch } from '../../../src/guard/guards.ts'
import { type StepMetrics, stepMetrics } from '../../../src/log/metrics.ts'

const guards = (over: Record<string, unknown> = {}) => guardSchema.parse(over)
const line = (step: number, over: Partial<StepMetrics>): StepMetrics => stepMetrics({ step, ...over })

/** Every guard with a value on the wrong side of its default. */
const collapsed: [string, keyof StepMetrics, number, object?][] = [
  ['majorityShare', 'vote.majorityShare', 0.99],
  ['answerClasses', 'vote.classes', 1],
  ['flipRate', 'vote.flipRate', 0, { below: 0.01 }],
  ['entropy', 'entropy.mean', 0.01],
  ['length', 'responses.lengthRatio', 0.1],
  ['length', 'responses.lengthRatio', 4],
  ['eosRate', 'responses.eosRate', 0.2],
  ['answerless', 'vote.answerless', 0.8],
  ['sameAnswer', 'vote.sameAnswer', 0.9],
  ['distinct2', 'instructions.distinct2', 0.05],
  ['panelDecline', 'panel.decline', 0.2],
  ['panelDrift', 'panel.drift', 0.4, { action: 'log' }],
  ['accuracyDrop', 'eval.provenDrop', 0.2, { action: 'log' }],
  ['kl', 'kl.mean', 3],
]

describe('watch', () => {
  it.each(collapsed)('%s trips on %s = %d after as many steps as it waits', (guard, key, value, bounds = {}) => {
    const config = guards({ [guard]: { steps: 2, ...bounds } })
    const first = watch(line(1, { [key]: value }), config, {})
    expect(first.trips).toEqual([])
    const second = watch(line(2, { [key]: value }), config, first.streaks)
    expect(second.trips).toMatchObject([{ guard, step: 2, value, action: 'log', isNew: true }])
    const third = watch(line(3, { [key]: value }), config, second.streaks)
    expect(third.trips).toMatchObject([{ guard, step: 3, isNew: false }])
  })

  it('forgets a streak when the measure is back in range, and keeps it if nothing was measured', () => {
    const config = guards({ entropy: { below: 1, steps: 2 } })
    const low = watch(line(1, { 'entropy.mean': 0.5 }), config, {}).streaks
    expect(low.entropy).toBe(1)
    const unmeasured = watch(line(2, {}), config, low)
    expect([unmeasured.streaks.entropy, unmeasured.trips]).toEqual([1, []])
    expect(watch(line(3, { 'entropy.mean': 2 }), config, low).streaks.entropy).toBe(0)
  })

  it('treats null as no limit, and the limit itself as in range', () => {
    const off = guards({ kl: { above: null, steps: 1 } })
    expect(watch(line(1, { 'kl.mean': 99 }), off, {}).trips).toEqual([])
    const exact = guards({ kl: { above: 0.5, steps: 1 } })
    expect(watch(line(1, { 'kl.mean': 0.5 }), exact, {}).trips).toEqual([])
    expect(watch(line(1, { 'kl.mean': 0.51 }), exact, {}).trips.length).toBe(1)
  })

  it('reports nothing for a healthy step by default', () => {
    const healthy = line(1, {
      'vote.majorityShare': 0.55,
      'vote.classes': 5,
      'vote.flipRate': 0.3,
      'entropy.mean': 0.6,
      'responses.lengthRatio': 1.1,
      'responses.eosRate': 0.95,
      'vote.answerless': 0.05,
      'vote.sameAnswer': 0.2,
      'instructions.distinct2': 0.7,
      'eval.drop': 0.2,
      'eval.provenDrop': 0,
      'kl.mean': 0.01,
    })
    const { streaks } = watch(healthy, guards(), {})
    expect(Object.values(streaks)).toEqual(Array(11).fill(0))
  })
})

describe('the outcome', () => {
  const log = { accuracyDrop: { action: 'log' }, panelDrift: { action: 'log' } }
  const config = guards({
    ...log,
    entropy: { below: 1, steps: 1, action: 'stop' },
    kl: { above: 1, steps: 1, action: 'rollback' },
    eosRate: { below: 1, steps: 1 },
  })
  const trips = (over: Partial<StepMetrics>) => watch(line(4, over), config, {}).trips

  it('is the severest action; logged trips end nothing', () => {
    expect(endingTrip(trips({ 'responses.eosRate': 0.5 }))).toBeNull()
    expect(endingTrip(trips({ 'responses.eosRate': 0.5, 'entropy.mean': 0 }))?.guard).toBe('entropy')
    expect(endingTrip(trips({ 'entropy.mean': 0, 'kl.mean': 2 }))?.action).toBe('rollback')
    expect([rollsBack(config), rollsBack(guards(log))]).toEqual([true, false])
  })

  it('is by default a rollback where the base model was sure, or a test proves a drop; the others log', () => {
    const acting = Object.entries(guards()).filter(([, { action }]) => action !== 'log')
    expect(acting.map(([name, { action }]) => [name, action])).toEqual([
      ['panelDrift', 'rollback'],
      ['accuracyDrop', 'rollback'],
    ])
  })

  it('can be read', () => {
    expect(tripText(trips({ 'kl.mean': 2.34567 })[0]!, config)).toBe('guard kl: 2.346 is above 1 for 1 steps or more')
  })
})

describe('the best model', () => {
  const configOf = (guard: Config['guard'], every = 1) => ({
    guard,
    checkpoint: { every, keep: 1, final: 'best' as const },
  })

  it('is the most accurate if there are labels, the earliest on ties', () => {
    const verdicts = (right: number) => Array.from({ length: 10 }, (_, i) => i < right)
    let best = bestAfter(line(0, {}), verdicts(4), { best: null, streaks: {} }, configOf(guards()), () => true)
    for (const [step, right] of [7, null, 7, 6].entries()) {
      const looked = right === null ? null : verdicts(right)
      best = bestAfter(line(step + 1, {}), looked, { best, streaks: { kl: 3 } }, configOf(guards()), () => true)
    }
    expect(best).toEqual({ step: 1, accuracy: 0.7, verdicts: verdicts(7) })
  })

  const acting = guards({ kl: { action: 'rollback' }, flipRate: { below: 0.1, action: 'stop' } })
  /** Lines from step 1 on, after the line of step 0. */
  const bestOf = (...lines: Partial<StepMetrics>[]): unknown => bestSaved(1, lines)
  const bestSaved = (
    every: number,
    lines: readonly Partial<StepMetrics>[],
    { guards: used = acting, isKept = (_step: number): boolean => true } = {},
  ): unknown => {
    const config = configOf(used, every)
    let best = bestAfter(line(0, {}), null, { best: null, streaks: {} }, config, isKept)
    let streaks = {}
    for (const [i, measures] of lines.entries()) {
      streaks = watch(line(i + 1, measures), used, streaks).streaks
      best = bestAfter(line(i + 1, measures), null, { best, streaks }, config, isKept)
    }
    return best
  }

  it('is the model of the step itself where the panel alone watches, which is asked after the update', () => {
    const drift = guards({ panelDrift: { above: 0.3, action: 'rollback' } })
    const lines = [{}, { 'panel.drift': 0.1 }, {}, { 'panel.drift': 0.2 }, {}, { 'panel.drift': 0.4 }]
    const at = (step: number) => ({ step, accuracy: null, verdicts: null })
    expect(bestSaved(10, lines, { guards: drift })).toEqual(at(4))
    expect(bestSaved(10, lines.slice(0, 3), { guards: drift })).toEqual(at(2))
    const both = guards({ panelDrift: { above: 0.3, action: 'rollback' }, kl: { action: 'stop' } })
    const measured = lines.map((measures) => ({ 'kl.mean': 0.1, ...measures }))
    expect(bestSaved(1, measured, { guards: both })).toEqual(at(3)) // the samples of step 4 are of the model of step 3
  })

  it('is one that has a checkpoint', () => {
    const healthy = Array(9).fill({ 'kl.mean': 0.1 })
    expect(bestSaved(2, healthy)).toMatchObject({ step: 8 })
    expect(bestSaved(2, healthy, { isKept: (step) => step === 4 || step === 7 })).toMatchObject({ step: 4 })
    expect(bestSaved(2, healthy, { isKept: () => false })).toMatchObject({ step: 0 })
  })

  it('is the newest that a later line found in range, without labels', () => {
    const [healthy, broken] = [{ 'kl.mean': 0.1, 'entropy.mean': 0 }, { 'kl.mean': 2 }]
    expect(bestOf()).toEqual({ step: 0, accuracy: null, verdicts: null })
    expect(bestOf(healthy)).toEqual({ step: 0, accuracy: null, verdicts: null }) // the model of step 1 is still unknown
    expect(bestOf(healthy, healthy)).toEqual({ step: 1, accuracy: null, verdicts: null })
    expect(bestOf(healthy, broken)).toEqual({ step: 0, accuracy: null, verdicts: null })
    expect(bestOf(broken, healthy, healthy)).toEqual({ step: 2, accuracy: null, verdicts: null })
  })

  it('has a checkpoint', () => {
    const healthy = { 'kl.mean': 0.1 }
    const after = (lines: number) => bestSaved(3, Array(lines).fill(healthy))
    expect([3, 4, 6, 7].map((lines) => (after(lines) as { step: number }).step)).toEqual([0, 3, 3, 6])
  })

  it('is not one whose line measured less than lines before it', () => {
    expect(bestOf({ 'kl.mean': 0.1 }, {}, { 'kl.mean': 2 })).toEqual({ step: 0, accuracy: null, verdicts: null })
    expect(bestOf({ 'kl.mean': 0.1, 'vote.flipRate': 0.5 }, { 'kl.mean': 0.1 })).toEqual({
      step: 0,
      accuracy: null,
      verdicts: null,
    })
    expect(bestOf({}, {}, {})).toEqual({ step: 0, accuracy: null, verdicts: null })
  })
})

it('refuses a guard with an unknown bound or action', () => {
  expect(guardSchema.safeParse({ kl: { over: 1 } }).success).toBe(false)
  expect(guardSchema.safeParse({ kl: { action: 'panic' } }).success).toBe(false)
})
