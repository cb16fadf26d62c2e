import { describe, expect, it } from 'vitest'
import { fakeConfig } from '../../support/fake-run.ts'

const kl = (place: string, estimator: string, coef: number) =>
  fakeConfig('/nowhere', { 'kl.place': place, 'kl.estimator': estimator, 'kl.coef': coef })

describe('KL in the loss', () => {
  it('is refused with k1, whose gradient is 0 on average', () => {
    expect(() => kl('loss', 'k1', 0.1)).toThrow(/kl\.place = loss with kl\.estimator = k1 .*set kl\.estimator=k3 or k2/)
    for (const estimator of ['k2', 'k3']) expect(kl('loss', estimator, 0.1).kl.estimator).toBe(estimator)
    expect(kl('loss', 'k1', 0).kl.coef).toBe(0) // off
    expect(kl('reward', 'k1', 0.1).kl.place).toBe('reward')
  })
})
