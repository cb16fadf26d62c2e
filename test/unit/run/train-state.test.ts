import { describe, expect, it } from 'vitest'
import { stepMetrics } from '../../../src/log/metrics.ts'
import { decodeState, encodeState, initialState } from '../../../src/run/train-state.ts'
import { knownQuestions } from '../../../src/train/known-questions.ts'
import { fakeGroup } from '../../support/fake-group.ts'

describe('state', () => {
  it('survives JSON exactly, float32 values included', () => {
    const third = Math.fround(1 / 3)
    const state = {
      ...initialState({ kept: [{ id: 'step1-0-0', text: 'Ab', source: 'self' as const }] }),
      step: 3,
      queuedQuestions: [{ id: 'step3-0-1', text: 'Cd', source: 'self' as const, step: 3 }],
      queuedGroups: [
        {
          question: { id: 'step3-0-2', text: 'Ef', source: 'self' as const },
          promptTokens: Int32Array.of(1, 2),
          responses: [
            {
              tokens: Int32Array.of(3),
              logprobs: Float32Array.of(-third),
              text: 'x',
              finishReason: 'stop' as const,
            },
          ],
          vote: {
            rewards: Float32Array.of(third),
            answers: ['1'],
            majority: '1',
            majorityShare: 1,
            votes: [1, 0] as const,
            classes: 1,
            answerless: 0,
            timeouts: 0,
          },
          masks: [true, Uint8Array.of(1, 0), false],
          right: null,
          step: 3,
          frozen: { majority: '1', votes: [2, 1] as const, voters: 3 },
        },
      ],
      frozen: { key: 'k', votes: { Ef: { majority: null, votes: [0, 0] as const, voters: 0 } } },
    }
    expect(decodeState(encodeState(state))).toEqual(state)
  })

  it('has the yields of examples only where they are counted', () => {
    const state = initialState({ kept: [] })
    expect(JSON.parse(encodeState(state))).not.toHaveProperty('yields')
    expect(decodeState(encodeState(state)).yields).toBeNull()
    const yields = { of: { 'seed-3': { answered: 4, kept: 1 } }, retired: ['seed-9'] }
    expect(decodeState(encodeState({ ...state, yields })).yields).toEqual(yields)
  })

  it('keeps the names that saved runs have', () => {
    const state = initialState({ kept: [] })
    const saved = JSON.parse(encodeState({ ...state, iteration: { ...state.iteration, questions: 7 } }))
    expect(saved).toMatchObject({
      version: 3,
      iteration: { instructions: 7 },
      queuedInstructions: [],
      queuedGroups: [],
    })
  })

  it('reads waiting groups of versions that had no masks', () => {
    const group = fakeGroup({ rewards: [1, 0] })
    const saved = JSON.parse(encodeState({ ...initialState({ kept: [] }), queuedGroups: [group] }))
    delete saved.queuedGroups[0].masks
    expect(decodeState(JSON.stringify(saved)).queuedGroups).toEqual([group])
  })

  it('refuses a version it does not know', () => {
    expect(() => decodeState('{"version":4}')).toThrow(/version 4/)
  })

  it('reads version 2, which had no votes, no remembered questions and no looks, and files without frozen votes', () => {
    const { asked: _, frozen: _____, ...old } = JSON.parse(encodeState({ ...initialState({ kept: [] }), step: 4 }))
    const { looks: __, ...guard } = old.guard
    const group = JSON.parse(
      encodeState({ ...initialState({ kept: [] }), queuedGroups: [fakeGroup({ rewards: [1, 0] })] }),
    )
    const { votes: ___, ...judgement } = group.queuedGroups[0].judgement
    const { right: ____, ...saved } = { ...group.queuedGroups[0], judgement }
    const state = decodeState(JSON.stringify({ ...old, guard, queuedGroups: [saved], version: 2 }))
    expect(state).toMatchObject({ step: 4, asked: [], guard: { looks: 0 }, frozen: { key: null, votes: {} } })
    expect(state.queuedGroups[0]).toMatchObject({ right: null, vote: { votes: [0, 0] } })
  })
})

it('the line of an earlier program gets the keys that it lacks', () => {
  const saved = JSON.parse(encodeState(initialState({ kept: [] })))
  const { 'eval.passAtK': _, ...openLine } = { ...saved.openLine, loss: 0.5 }
  expect(decodeState(JSON.stringify({ ...saved, openLine })).openLine).toEqual(stepMetrics({ step: 0, loss: 0.5 }))
  expect(decodeState(JSON.stringify({ ...saved, openLine: null })).openLine).toBeNull()
})

describe('knownQuestions', () => {
  const question = (id: string, text: string) => ({ id, text, source: 'self' as const })
  const [one, two, three] = [question('1', 'alpha beta'), question('2', 'gamma delta'), question('3', 'epsilon zeta')]

  it('holds seeds and pool, as the pool grows or loses its oldest', () => {
    const known = knownQuestions([question('s', 'seed text')])
    expect(known.index({ kept: [] }).same('Seed  text')).toBe('seed text')
    expect(known.index({ kept: [one] }).same('gamma delta')).toBeNull()
    expect(known.index({ kept: [one, two] }).same('gamma delta')).toBe('gamma delta')
    expect(known.index({ kept: [one, two] }).size).toBe(3)
    const slid = known.index({ kept: [two, three] })
    expect([slid.size, slid.same('alpha beta'), slid.same('epsilon zeta')]).toEqual([3, null, 'epsilon zeta'])
    expect(known.index({ kept: [two] }).size).toBe(2)
  })
})
