// Engines on the golden checkpoints (test/fixtures/golden), closed when the test file is done.
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { Completions, EngineOptions, NativeEngine, ProgressFn, TensorSource } from '../../src/native/types.ts'
import { joinTokens, type TokenSequence } from '../../src/rollout/pack.ts'
import { goldenFolders } from '../support/goldens.ts'

export type GoldenName = 'llama-tied' | 'llama3-untied' | 'mistral-window' | 'qwen2-sharded' | 'qwen3'

export const goldenFolder = (name: GoldenName): string => goldenFolders().find((dir) => dir.endsWith(join('/', name)))!

export async function goldenOptions(name: GoldenName, over: Partial<EngineOptions> = {}): Promise<EngineOptions> {
  const { config, weights } = await readCheckpoint(goldenFolder(name))
  return {
    model: config,
    weights,
    device: 'cpu',
    dtype: 'float32',
    reference: false,
    kvCacheBytes: 1 << 28,
    threads: 0,
    ...over,
  }
}

const opened: NativeEngine[] = []

export async function openGolden(
  name: GoldenName,
  over: Partial<EngineOptions> = {},
  onProgress?: ProgressFn,
): Promise<NativeEngine> {
  const engine = await openEngine(await goldenOptions(name, over), onProgress)
  opened.push(engine)
  return engine
}

afterAll(async () => {
  for (const engine of opened.splice(0)) await engine.close()
})

/** Token ids in the vocabulary of every golden model, different at neighbouring positions. */
export const someTokens = (length: number, from = 0): Int32Array =>
  Int32Array.from({ length }, (_, t) => 3 + (((t + from) * 37 + from) % 250))

/** Every row of a generate as prompt + completion. */
export function completed(prompts: readonly Int32Array[], out: Completions): TokenSequence[] {
  const samples = (out.offsets.length - 1) / prompts.length
  return Array.from({ length: out.offsets.length - 1 }, (_, row) =>
    joinTokens(prompts[Math.floor(row / samples)]!, out.tokens.slice(out.offsets[row], out.offsets[row + 1])),
  )
}

/** Shapes by tensor name. */
export const shapesOf = (weights: readonly TensorSource[]): Map<string, readonly number[]> =>
  new Map(weights.map(({ name, shape }) => [name, shape]))
