import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { safetensorsHeader } from '../../src/model/safetensors.ts'
import type { NativeEngine, TensorSource } from '../../src/native/types.ts'
import { packSequences } from '../../src/rollout/pack.ts'
import { actionTokens, adamw, type EngineUnderTest, sequences } from './fixtures.ts'

export function describeStorage(fresh: () => Promise<EngineUnderTest>): void {
  const batch = packSequences(sequences)
  const learn = async (engine: NativeEngine, from: number, to: number) => {
    for (let step = from; step <= to; step++) {
      await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
      await engine.step(adamw({ step, maxGradNorm: 1, weightDecay: 0.01 }))
    }
  }

  it('continues bit for bit from exported weights and optimizer state', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'serl-contract-'))
    try {
      const whole = await fresh()
      await learn(whole.engine, 1, 5)
      const first = await fresh()
      await learn(first.engine, 1, 3)
      const sources = await exportAll(first, join(folder, 'state.safetensors'))
      const second = await fresh()
      await second.engine.importTensors(sources)
      await learn(second.engine, 4, 5)
      const expected = await whole.engine.logprobs(batch, 'policy', 1)
      expect(await second.engine.logprobs(batch, 'policy', 1)).toEqual(expected)
      expect(await second.engine.logprobs(batch, 'reference', 1)).toEqual(
        await whole.engine.logprobs(batch, 'reference', 1),
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('refuses to export an unknown tensor', async () => {
    const { engine } = await fresh()
    const folder = await mkdtemp(join(tmpdir(), 'serl-contract-'))
    const file = { path: join(folder, 'none'), header: new Uint8Array(8), tensors: ['no.such.tensor'] }
    await expect(engine.exportTensors([file])).rejects.toThrow(/no\.such\.tensor/)
    await rm(folder, { recursive: true })
  })
}

/** Weights and both moments in one file; where each lies in it. */
async function exportAll({ engine, shapes }: EngineUnderTest, file: string): Promise<TensorSource[]> {
  const names = ['', 'exp_avg/', 'exp_avg_sq/'].flatMap((kind) => engine.info.tensorNames.map((name) => kind + name))
  const tensors = names.map((name) => {
    const shape = shapes.get(name.slice(name.indexOf('/') + 1))!
    return { name, shape, dtype: 'F32' as const }
  })
  const header = safetensorsHeader(tensors)
  await engine.exportTensors([{ path: file, header, tensors: names }])
  let offset = header.length
  return tensors.map((tensor) => {
    const source = { ...tensor, file, offset }
    offset += 4 * tensor.shape.reduce((a, b) => a * b, 1)
    return source
  })
}
