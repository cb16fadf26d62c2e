import { describe, expect, it } from 'vitest'
import { stepText } from '../../../src/log/console.ts'
import { stepMetrics } from '../../../src/log/metrics.ts'
import { evaluated } from '../../support/evaluation-line.ts'

describe('stepText', () => {
  it('shows what was measured, and only that', () => {
    const first = stepMetrics({ step: 0, 'eval.accuracy': 0.39, 'seconds.total': 1.66 })
    expect(stepText(first, 8)).toBe('step 0/8  accuracy 39.0 %  1.7 s')
    const line = stepMetrics({
      step: 3,
      'reward.mean': 0.5,
      'vote.majorityShare': 0.625,
      'instructions.proposed': 80,
      'instructions.kept': 41,
      'groups.sampled': 32,
      'groups.trained': 16,
      'kl.mean': 0.01234,
      'tokens.generated': 9000,
      'tokens.trained': 1000,
      'seconds.total': 5,
    })
    expect(stepText(line, 10)).toBe(
      'step  3/10  reward 0.500  majority 0.625  questions 41/80  trained 16/32  kl 0.0123  2000 tokens/s  5.0 s',
    )
  })

  it('shows the other evaluations of the step in a second line', () => {
    const metrics = stepMetrics({ step: 3, 'eval.accuracy': 0.39, 'seconds.total': 1.66 })
    const held = evaluated({ set: 'held-out', accuracy: 0.39 })
    expect(stepText(metrics, 8, [held])).toBe('step 3/8  accuracy 39.0 %  1.7 s')
    const others = [
      evaluated({ set: 'held-out', samples: 4, temperature: 1, accuracy: 0.375, majorityAtK: 0.5, passAtK: 1 }),
      evaluated({ set: 'math_500', accuracy: 0.412 }),
      evaluated({ set: 'gsm8k', samples: 1, temperature: 0.6, accuracy: 0.6 }),
    ]
    expect(stepText(metrics, 8, [held, ...others])).toBe(
      'step 3/8  accuracy 39.0 %  1.7 s\n' +
        '          held-out avg@4 37.5 %, maj@4 50.0 %; math_500 41.2 %; gsm8k avg@1 60.0 %',
    )
  })
})
