import type { Response, RewardedGroup } from '../../src/rollout/group.ts'

/** A group of which a test says what it is about: its rewards, how long its responses are, which were cut off. */
export function fakeGroup({
  rewards,
  lengths = rewards.map(() => 3),
  cutOff = [],
  votes = [rewards.length, 0],
}: {
  readonly rewards: readonly number[]
  readonly lengths?: readonly number[]
  readonly cutOff?: readonly number[] // rows
  readonly votes?: readonly [number, number]
}): RewardedGroup {
  const responses = lengths.map((length, i): Response => {
    const tokens = new Int32Array(length).fill(i + 1)
    const finishReason = cutOff.includes(i) ? 'length' : 'stop'
    return { tokens, logprobs: new Float32Array(length).fill(-1), text: `It is ${rewards[i]}.`, finishReason }
  })
  const answers = rewards.map((reward, i) => (cutOff.includes(i) ? null : String(reward)))
  return {
    question: { id: 'seed-0', text: 'How many?', source: 'seed' },
    promptTokens: Int32Array.of(7),
    responses,
    vote: {
      rewards: Float32Array.from(rewards),
      answers,
      majority: '1',
      majorityShare: 0.5,
      votes,
      classes: new Set(answers).size,
      answerless: cutOff.length,
      timeouts: 0,
    },
    masks: null,
    right: null,
    step: 1,
  }
}
