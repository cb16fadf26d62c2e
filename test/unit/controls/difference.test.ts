// Accuracies by hand; the interval of scipy: the first pair of test/fixtures/statistics/student-t.json.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compareArms } from '../../../src/controls/difference.ts'
import type { FinishedRun } from '../../../src/controls/finished-run.ts'
import { planControls } from '../../../src/controls/plan.ts'
import { controlsMarkdown } from '../../../src/controls/report.ts'
import { fakeConfig } from '../../support/fake-run.ts'

const scipy = JSON.parse(
  readFileSync(new URL('../../fixtures/statistics/student-t.json', import.meta.url), 'utf8'),
) as { paired: { first: number[]; second: number[]; interval: [number, number] }[] }

/** Finished runs of the vote and a coin, from accuracies after training. */
function finished(vote: readonly number[], random: readonly number[], over: Partial<FinishedRun> = {}): FinishedRun[] {
  const seeds = vote.map((_, seed) => seed)
  return seeds.flatMap((seed) =>
    [
      { arm: 'vote', accuracy: vote[seed]! },
      { arm: 'random', accuracy: random[seed]! },
    ].map(({ arm, accuracy }) => ({
      arm,
      seed,
      folder: `${arm}/seed-${seed}`,
      step: 5,
      modelOfStep: 5,
      stopped: null,
      selected: false,
      selectedBy: [],
      before: { accuracy: 0.4, reporting: 0.3 },
      after: { accuracy, reporting: accuracy - 0.1 },
      ...(arm === 'random' && seed === 0 ? over : {}),
    })),
  )
}

function compared(
  vote: readonly number[],
  random: readonly number[],
  over: Partial<FinishedRun> = {},
  settings: Readonly<Record<string, unknown>> = {},
) {
  const seeds = vote.map((_, seed) => seed)
  const plan = planControls(fakeConfig('/data', settings), { controls: ['random'], seeds })
  const runs = finished(vote, random, over)
  const result = compareArms(plan, runs)
  const text = controlsMarkdown({ version: 1, controls: ['random'], seeds, heldOut: 300, runs, result })
  return { ...result, difference: result.differences[0]!, text }
}

describe('arms compared', () => {
  const { first, second, interval } = scipy.paired[0]!

  it('have means before and after, and differences paired by seed', () => {
    const { arms, difference, questions } = compared(first, second)
    expect(questions).toBe('all')
    expect(arms.map(({ arm, before }) => [arm, before])).toEqual([
      ['vote', expect.closeTo(0.4, 12)],
      ['random', expect.closeTo(0.4, 12)],
    ])
    expect(arms[0]!.after).toBeCloseTo((0.953 + 0.96 + 0.97) / 3, 12)
    expect(arms[1]!.after).toBeCloseTo((0.42 + 0.363 + 0.45) / 3, 12)
    expect(difference.runs.map((run) => run.difference)).toEqual([
      expect.closeTo(0.533, 12),
      expect.closeTo(0.597, 12),
      expect.closeTo(0.52, 12),
    ])
    expect(difference.mean).toBeCloseTo(0.55, 12)
    expect(difference.interval![0]).toBeCloseTo(interval[0], 10)
    expect(difference.interval![1]).toBeCloseTo(interval[1], 10)
    expect(difference.verdict).toBe('above')
  })

  it('are said to differ only where the interval leaves 0 out', () => {
    expect(compared([0.5, 0.9, 0.7], [0.5, 0.4, 0.7]).difference.verdict).toBe('cannot tell')
    expect(compared(second, first).difference.verdict).toBe('below')
  })

  it('show no spread with one seed, nor where differences are equal', () => {
    const single = compared([0.9], [0.4])
    expect(single.difference).toMatchObject({ interval: null, verdict: 'cannot tell' })
    expect(single.text).toContain(
      'vote ended 50.0 points above random in the one run of each. One run seed says nothing about',
    )
    expect(single.text).not.toContain('is wide')
    const equal = compared([0.9, 0.8], [0.4, 0.3])
    expect(equal.difference.verdict).toBe('cannot tell')
    expect(equal.text).toContain('All differences are equal, which shows no spread at all')
  })

  it('are all judged on the reporting half where held-out questions chose the model of any run', () => {
    const over = {
      ...{ selected: true, selectedBy: ['guard'] as const },
      ...{ stopped: 'guard accuracyDrop: 0.3 is above 0', step: 3, modelOfStep: 1 },
    }
    const { arms, questions, difference, text } = compared(first, second, over)
    expect(questions).toBe('reporting')
    expect(arms.map(({ before }) => before)).toEqual([expect.closeTo(0.3, 12), expect.closeTo(0.3, 12)])
    expect(arms[0]!.runs[0]!.after).toBeCloseTo(0.853, 12)
    expect(difference.mean).toBeCloseTo(0.55, 12)
    expect(text).toContain('on the half of 300 held-out questions that chose no model')
    expect(text).toContain(
      'questions a guard chose the model, or when to stop, in 1 run (random, seed 0): all runs are judged on the other half.',
    )
    expect(text).toContain(
      'random, seed 0: ended early, after step 3 (guard accuracyDrop: 0.3 is above 0); it counts with the model that it kept, of step 1.',
    )
  })
})

describe('the report', () => {
  it('says what chose, as far as it is known', () => {
    const note = (selectedBy: FinishedRun['selectedBy']): string =>
      /By one half .*/.exec(compared([0.9, 0.8], [0.4, 0.5], { selected: true, selectedBy }).text)![0]
    expect(note(['checkpoint.final'])).toBe(
      'By one half of the held-out questions checkpoint.final = best chose the model in 1 run (random, seed 0): all runs are ' +
        'judged on the other half.',
    )
    expect(note(['checkpoint.final', 'guard'])).toMatch(
      /checkpoint\.final = best chose the model in 1 run \(random, seed 0\); a guard chose the model, or when to stop, in 1 run/,
    )
    expect(note([])).toMatch(/questions checkpoint\.final = best or a guard chose the model, or when to stop, in 1 run/)
  })

  it('names the settings that a control cannot share', () => {
    const over = { 'reward.weight': 'margin', 'reward.extraVotes': 8, 'difficulty.minMargin': 2 }
    const { text, arms } = compared([0.9, 0.8], [0.4, 0.5], {}, over)
    expect(arms[0]!.changes).toEqual([])
    expect(text).toContain(
      '- In random no vote of the policy decides rewards, so that it cannot have all settings of vote: reward.extraVotes = 0 ' +
        '(was 8), reward.weight = "none" (was "margin"). The difference is that of the reward together with these.',
    )
    expect(compared([0.9, 0.8], [0.4, 0.5]).text).not.toContain('cannot have all settings')
  })

  it('has a line for every arm and every control, and says that the interval is wide', () => {
    const { text } = compared(scipy.paired[0]!.first, scipy.paired[0]!.second)
    expect(text).toContain('| arm | reward.kind | before | seed 0 | seed 1 | seed 2 | mean after |')
    expect(text).toContain('| random | random | 40.0 | 42.0 | 36.3 | 45.0 | 41.1 |')
    expect(text).toContain('| random | +53.3 | +59.7 | +52.0 | +55.0 | 44.8 to 65.2 |')
    expect(text).toContain('vote ends above random: a mean difference of +55.0 points (95 % interval 44.8 to 65.2).')
    // 97.5 % point of Student's t with 2 degrees of freedom
    expect(text).toContain('An interval over 3 run seeds is wide: 4.30 standard errors')
  })

  it('warns where arms did not start alike', () => {
    const { text } = compared([0.9, 0.8], [0.4, 0.5], { before: { accuracy: 0.41, reporting: 0.3 } })
    expect(text).toContain('Warning: before training the arms have different accuracies (seed 0)')
  })
})
