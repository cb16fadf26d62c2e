import { describe, expect, it } from 'vitest'
import { configChanges } from '../../../src/config/changes.ts'
import type { ControlKind } from '../../../src/controls/kinds.ts'
import { planControls } from '../../../src/controls/plan.ts'
import { UserError } from '../../../src/errors.ts'
import { fakeConfig } from '../../support/fake-run.ts'

const config = (over: Record<string, unknown> = {}) => fakeConfig('/data', over)
const given = { 'instruct.source': 'given' }

describe('the plan of a run with controls', () => {
  it('has every arm with every seed, seed by seed, in a folder for each', () => {
    const { runs } = planControls(config(given), { controls: ['random', 'rule'], seeds: [4, 0] })
    expect(runs.map(({ folder }) => folder)).toEqual([
      ...['vote/seed-4', 'random/seed-4', 'rule/seed-4'],
      ...['vote/seed-0', 'random/seed-0', 'rule/seed-0'],
    ])
  })

  it('changes the reward and the run seed, and nothing else', () => {
    const asked = config(given)
    const controls: ControlKind[] = ['random', 'rule', 'frozen-vote']
    const { runs } = planControls(asked, { controls, seeds: [7] })
    expect(runs.map((run) => configChanges(asked, run.config))).toEqual([
      ['train.seed = 7 (was 0)'],
      ...controls.map((kind) => [`reward.kind = "${kind}" (was "majority")`, 'train.seed = 7 (was 0)']),
    ])
  })

  it('resets what only a majority of the policy can have, in the controls alone', () => {
    const vote = { 'reward.weight': 'probability', 'reward.extraVotes': 4, 'reward.choose': 'variance' }
    const over = { ...given, ...vote, 'difficulty.minMargin': 2 }
    const kinds: ControlKind[] = ['random', 'rule', 'frozen-vote']
    const { own, controls, runs } = planControls(config(over), { controls: kinds, seeds: [0] })
    const reset = { weight: 'none', extraVotes: 0, choose: 'random', votes: null }
    expect(runs.map((run) => run.config.reward)).toMatchObject([
      { kind: 'majority', weight: 'probability', extraVotes: 4, choose: 'variance' },
      ...kinds.map((kind) => ({ kind, ...reset })),
    ])
    expect(own.changes).toEqual([])
    for (const { changes } of controls) {
      expect(changes).toEqual([
        'reward.choose = "random" (was "variance")',
        'reward.extraVotes = 0 (was 4)',
        'reward.weight = "none" (was "probability")',
      ])
    }
  })

  it('keeps what the controls can share: more votes, and which of them are trained on', () => {
    const over = { 'reward.votes': 16, 'reward.choose': 'variance', 'reward.weight': 'margin' }
    const { controls, runs } = planControls(config(over), { controls: ['random'], seeds: [0] })
    expect(runs[1]!.config.reward).toMatchObject({ kind: 'random', votes: 16, choose: 'variance', weight: 'none' })
    expect(controls[0]!.changes).toEqual(['reward.weight = "none" (was "margin")'])
  })

  it('names the arm by its reward where that is not the vote, and gives the module to no other', () => {
    const over = { ...given, 'reward.kind': 'module', 'reward.scorer': '/data/score.mjs' }
    const { own, runs } = planControls(config(over), { controls: ['random'], seeds: [0] })
    expect(own.name).toBe('module')
    expect(runs.map((run) => run.config.reward.scorer)).toEqual(['/data/score.mjs', null])
  })
})

describe('a plan is refused', () => {
  const refuse = (over: Record<string, unknown>, control: ControlKind, message: RegExp): void => {
    const plan = () => planControls(config(over), { controls: [control], seeds: [0] })
    expect(plan).toThrow(message)
    expect(plan).toThrow(UserError)
  }

  it('without held-out questions, with what gives some', () => {
    refuse({ 'eval.path': null }, 'random', /there are none: .*--set eval\.path=.*--set eval\.holdOut=/)
  })

  it('with the reward of the run itself', () => {
    refuse({ 'reward.kind': 'random' }, 'random', /^--controls random: it is the reward of the run itself/)
  })

  it('with known answers where the model writes questions', () => {
    refuse({}, 'rule', /rollout\.seedShare = 0 the model writes questions that have none: .*instruct\.source=given/)
    const half = { 'rollout.seedShare': 0.5 }
    refuse(half, 'rule', /rollout\.seedShare = 0\.5 the model writes/)
    expect(() => planControls(config({ 'rollout.seedShare': 1 }), { controls: ['rule'], seeds: [0] })).not.toThrow()
  })

  it('with settings that the reward of a control cannot have', () => {
    const over = { 'reward.kind': 'module', 'reward.scorer': '/data/score.mjs', 'difficulty.low': -2 }
    refuse(over, 'random', /^--controls random: difficulty\.low = -2 .*reward\.kind = random/)
    refuse({ ...given, 'reward.kind': 'rule', 'difficulty.minMargin': 9 }, 'frozen-vote', /difficulty\.minMargin = 9/)
    const stragglers = { 'rollout.cancelStragglers': true }
    const message =
      /^--controls frozen-vote: .*cancelStragglers=false\. That is about the arm frozen-vote, .*change them for all arms, or omit frozen-vote$/
    refuse(stragglers, 'frozen-vote', message)
    expect(() => planControls(config(stragglers), { controls: ['random'], seeds: [0] })).not.toThrow()
  })
})
