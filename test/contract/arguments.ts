import { expect, it } from 'vitest'
import type { NativeEngine } from '../../src/native/types.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { type EngineUnderTest, greedy, policyLoss, prompts, sequences } from './fixtures.ts'

export function describeArguments(under: () => EngineUnderTest): void {
  const refuse = async (what: string, call: (engine: NativeEngine) => Promise<unknown>) => {
    await expect(
      Promise.resolve().then(() => call(under().engine)),
      what,
    ).rejects.toMatchObject({ code: 'ARGUMENT' })
  }

  it('refuses arguments that would read past an array or a table', async () => {
    const { vocabSize } = under()
    await refuse('token outside the vocabulary', (e) => e.generate(packTokens([Int32Array.of(vocabSize)]), greedy(1)))
    await refuse('negative token', (e) => e.generate(packTokens([Int32Array.of(-1)]), greedy(1)))
    await refuse('empty prompt', (e) => e.generate(packTokens([new Int32Array(0)]), greedy(1)))
    await refuse('too few seeds', (e) => e.generate(prompts, greedy(2)))
    const cut = { tokens: Int32Array.of(1, 2), offsets: Int32Array.of(0, 3) }
    await refuse('offsets past the end', (e) => e.generate(cut, greedy(1)))
    const batch = packSequences(sequences)
    await refuse('prompt longer than its sequence', (e) =>
      e.logprobs({ ...batch, promptLengths: Int32Array.of(6, 1, 3) }, 'policy', 1),
    )
    await refuse('prompt length 0', (e) => e.logprobs({ ...batch, promptLengths: Int32Array.of(0, 1, 3) }, 'policy', 1))
    await refuse('temperature 0', (e) => e.logprobs(batch, 'policy', 0))
  })

  it('refuses what is no batch at all', async () => {
    const nothing = undefined as never
    const batch = packSequences(sequences)
    await refuse('no prompts', (e) => e.generate(nothing, greedy(1)))
    await refuse('no sampling', (e) => e.generate(prompts, nothing))
    await refuse('null for a batch', (e) => e.logprobs(null as never, 'policy', 1))
    await refuse('no loss', (e) => e.accumulate(batch, nothing))
    await refuse('no optimizer', (e) => e.step(nothing))
    await refuse('an array for typed arrays', (e) => e.logprobs({ ...batch, tokens: [1] as never }, 'policy', 1))
    const shared = new Int32Array(new SharedArrayBuffer(4))
    await refuse('shared stop tokens', (e) => e.generate(prompts, greedy(3, { stopTokens: shared })))
  })

  it('refuses a loss that does not fit its batch', async () => {
    const batch = packSequences(sequences)
    const loss = await policyLoss(under().engine, sequences)
    await refuse('too few advantages', (e) => e.accumulate(batch, { ...loss, advantages: new Float32Array(2) }))
    await refuse('too many old log-probs', (e) => e.accumulate(batch, { ...loss, oldLogprobs: new Float32Array(99) }))
    await refuse('KL without a reference', (e) => e.accumulate(batch, { ...loss, klCoef: 0.1 }))
    await refuse('normalizer 0', (e) => e.accumulate(batch, { kind: 'nll', normalizer: 0 }))
    await refuse('weights of another length', (e) =>
      e.accumulate(batch, { kind: 'nll', normalizer: 1, weights: new Float32Array(1) }),
    )
  })
}
