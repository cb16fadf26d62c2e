import { describe, expect, it } from 'vitest'
import { fakeConfig } from '../../support/fake-run.ts'

const kl = (place: string, estimator: string, coef: number) =>
  fakeConfig('/nowhere', { 'kl.place': place, 'kl.estimator': estimator, 'kl.coef': coef })

describe('KL in the loss', () => {
  it('is refused with k1 without the ratio, whose gradient is 0 on average', () => {
    const plain = { 'kl.place': 'loss', 'kl.estimator': 'k1', 'kl.byRatio': false }
    expect(() => fakeConfig('/nowhere', plain)).toThrow(
      /kl\.place = loss with kl\.estimator = k1 .*set kl\.byRatio=true/,
    )
    expect(kl('loss', 'k1', 0.1).kl.byRatio).toBe(true)
    for (const estimator of ['k2', 'k3']) expect(kl('loss', estimator, 0.1).kl.estimator).toBe(estimator)
    expect(kl('loss', 'k1', 0).kl.coef).toBe(0) // off
    expect(kl('reward', 'k1', 0.1).kl.place).toBe('reward')
  })
})

describe('KL in the reward', () => {
  it.each(['k2', 'k3'])('is refused with %s, whose own gradient is then missing', (estimator) => {
    expect(() => kl('reward', estimator, 0.1)).toThrow(
      /kl\.place = reward with kl\.estimator = k\d .*set kl\.estimator=k1/,
    )
    expect(kl('reward', estimator, 0).kl.estimator).toBe(estimator) // measured only
  })
})

const coin = { 'difficulty.minMargin': 2, 'reward.kind': 'random' }

describe('settings that do not fit together', () => {
  it.each([
    [{ 'rollout.samplesPerPrompt': 2, 'difficulty.minMargin': 2 }, /no question could be kept: with 2 responses/],
    [{ 'difficulty.minMargin': 20 }, /no question could be kept: with 8 responses/],
    [{ 'reward.kind': 'mixed' }, /reward\.kind = mixed uses the known answers of seed questions/],
    [{ 'rollout.seedShare': 0.02 }, /rollout\.seedShare = 0\.02 of rollout\.promptsPerRound = 4 is 0 seed questions/],
    [{ 'rollout.seedShare': 0.97 }, /is 4 seed questions of a round/],
    [{ 'reward.unfinished': 'zero', 'reward.unfinishedVotes': true }, /reward\.unfinished = zero is read only/],
    [{ 'rollout.template': 'chat', 'rollout.specialTokens': false }, /rollout\.specialTokens = false is read only/],
    [{ 'kl.byRatio': false }, /kl\.byRatio = false is read only with kl\.place = loss/],
    [{ 'update.ratio': 'sequence' }, /update\.lossMean = token is no mean .*: set update\.lossMean=sequence/],
    [
      { 'update.ratio': 'sequence', 'update.lossMean': 'constant', 'advantage.estimator': 'dr_grpo' },
      /update\.lossMean = constant is no mean over them: set update\.lossMean=sequence/,
    ],
    [{ 'reward.votes': 4 }, /reward\.votes = 4 is below rollout\.samplesPerPrompt = 8/],
    [
      { 'reward.choose': 'variance' },
      /reward\.choose = variance is read only with reward\.votes or reward\.extraVotes/,
    ],
    [
      { 'reward.extraVotes': 4 },
      /reward\.extraVotes = 4 is for votes with a lead below difficulty\.minMargin, and with 0/,
    ],
    [
      { ...coin, 'reward.extraVotes': 4 },
      /reward\.extraVotes = 4 is for votes .* with reward\.kind = random none decides/,
    ],
    [
      { ...coin, 'reward.weight': 'margin' },
      /reward\.weight = margin is the weight of a majority, and with reward\.kind = r/,
    ],
    [
      { 'difficulty.minMargin': 2, 'reward.extraVotes': 2 ** 15, 'rollout.promptsPerRound': 64 },
      /and reward\.extraVotes = 32768 make 2097152 samples of a round/,
    ],
    [{ 'reward.overlongBuffer': 2 }, /reward\.overlongBuffer = 2 is read only/],
    [
      { 'instruct.choose': 'thompson', 'instruct.source': 'given' },
      /instruct\.choose = thompson chooses examples for new questions, and with instruct\.source = given .*set instruct\.choose=uniform/,
    ],
    [
      { 'instruct.retireAfter': 9, 'rollout.seedShare': 1 },
      /instruct\.retireAfter = 9 .*with rollout\.seedShare = 1 none is written: set instruct\.retireAfter=null/,
    ],
    [
      { 'instruct.retireAfter': 0 },
      /instruct\.retireAfter = 0: must be a whole number of at least 1|instruct\.retireAfter = 0/,
    ],
    [{ 'instruct.fromPool': 9 }, /instruct\.fromPool = 9 is above instruct\.examples = 8/],
    [{ 'difficulty.minVoters': 9 }, /difficulty\.minVoters = 9 is above the 8 responses/],
    [
      { 'instruct.source': 'given', 'filter.module': 'a.mjs' },
      /filter\.module = a\.mjs is read only with instruct\.source/,
    ],
    [{ 'instruct.source': 'given', 'instruct.module': 'a.mjs' }, /instruct\.module = a\.mjs is read only with/],
  ] as const)('%j', (over, message) => {
    expect(() => fakeConfig('/nowhere', over)).toThrow(message)
  })
})

describe('responses sampled from a nucleus', () => {
  it('are refused: their log-probabilities are not those of the policy that sampled them', () => {
    expect(() => fakeConfig('/nowhere', { 'rollout.topP': 0.9 })).toThrow(/rollout\.topP = 0\.9: training needs 1/)
  })
})

describe('settings that would have no effect', () => {
  const config = (over: Record<string, unknown>) => fakeConfig('/nowhere', over)
  const noReference = { 'kl.coef': 0, 'kl.monitor': false }

  it('are refused: a flip rate of questions that never come back', () => {
    expect(() => config({ 'guard.flipRate': { below: 0.1, action: 'rollback' } })).toThrow(
      /guard\.flipRate .* none does/,
    )
    expect(() => config({ 'guard.flipRate': { below: 0.1 }, 'instruct.source': 'given' })).not.toThrow()
  })

  it('are refused: a KL guard without a reference', () => {
    for (const bounds of [{ action: 'rollback' }, { above: 0.5 }]) {
      expect(() => config({ ...noReference, 'guard.kl': bounds })).toThrow(
        /guard\.kl watches kl\.mean.*kl\.monitor=true/,
      )
    }
    expect(config(noReference).guard.kl.action).toBe('log') // the default
    expect(config({ 'kl.coef': 0, 'guard.kl': { action: 'stop' } }).guard.kl.above).toBe(0.3)
  })

  it('are refused: a guard over proposals without proposals', () => {
    const guard = { 'guard.distinct2': { below: 0.3, action: 'stop' } }
    expect(() => config({ ...guard, 'instruct.source': 'given' })).toThrow(/guard\.distinct2 .*it proposes none/)
    expect(config(guard).guard.distinct2.below).toBe(0.3)
  })

  it('are refused: a correction by log-probabilities that are not computed', () => {
    const importance = { 'update.importance': 'always' }
    expect(() => config({ ...importance, 'update.oldLogprobs': 'sampling' })).toThrow(
      /update\.importance = always .*none/,
    )
    expect(config(importance).update.oldLogprobs).toBe('auto')
  })
})

describe('the difficulty band', () => {
  const band = (low: number, high: number, over = {}) =>
    fakeConfig('/nowhere', { 'difficulty.low': low, 'difficulty.high': high, ...over })
  const module = { 'reward.kind': 'module', 'reward.scorer': '/nowhere/score.mjs' }

  it('may have any scale with a scoring module', () => {
    expect(band(-3, 250, module).difficulty).toMatchObject({ low: -3, high: 250 })
    expect(() => band(2, 1, module)).toThrow('difficulty.low = 2 is above difficulty.high = 1')
  })

  it('lies within 0 and 1 where rewards do', () => {
    expect(() => band(20, 80)).toThrow(/difficulty\.low = 20 and difficulty\.high = 80 must be from 0 to 1/)
    expect(band(0, 1).difficulty.high).toBe(1)
  })
})
