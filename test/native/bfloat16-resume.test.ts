import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { byteLength, safetensorsHeader } from '../../src/model/safetensors.ts'
import type { NativeEngine, TensorSource } from '../../src/native/types.ts'
import { packSequences } from '../../src/rollout/pack.ts'
import { adamw } from '../contract/fixtures.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { goldenOptions, openGolden, shapesOf, someTokens } from './golden-engine.ts'

// tensors that share one parameter with others (q, k and v; gate and up) are restored by rows of it
const model = 'qwen2-sharded'
const batch = packSequences([5, 20, 11].map((length) => ({ tokens: someTokens(length, length), promptLength: 2 })))
const open = () => openGolden(model, { dtype: 'bfloat16', reference: true })

async function learn(engine: NativeEngine, from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) {
    await engine.accumulate(batch, { kind: 'nll', normalizer: 30 })
    // small steps: most are lost in bfloat16 weights and live in the masters alone
    const { nonFinite } = await engine.step(adamw({ step, lr: 2e-4, weightDecay: 0.01, maxGradNorm: 1 }))
    expect(nonFinite).toBeNull()
  }
}

interface Exported {
  readonly sources: readonly TensorSource[]
  readonly bytes: ReadonlyMap<string, string> // hex, by tensor name
}

/** Writes tensors of these kinds; '' is the weights themselves. */
async function exported(engine: NativeEngine, kinds: readonly string[]): Promise<Exported> {
  const shapes = shapesOf((await goldenOptions(model)).weights)
  const tensors = kinds.flatMap((kind) =>
    engine.info.tensorNames.map((name) => {
      const dtype = kind === '' || kind === 'reference/' ? ('BF16' as const) : ('F32' as const)
      return { name: kind + name, shape: shapes.get(name)!, dtype }
    }),
  )
  const file = join(await tempFolder(), 'state.safetensors')
  const header = safetensorsHeader(tensors)
  await engine.exportTensors([{ path: file, header, tensors: tensors.map(({ name }) => name) }])
  const content = await readFile(file)
  let offset = header.length
  const bytes = new Map<string, string>()
  const sources = tensors.map((tensor) => {
    const source = { ...tensor, file, offset }
    offset += byteLength(tensor)
    bytes.set(tensor.name, content.subarray(source.offset, offset).toString('hex'))
    return source
  })
  expect(content.length).toBe(offset)
  return { sources, bytes }
}

const everything = ['', 'exp_avg/', 'exp_avg_sq/', 'master/']

describe('bfloat16 training', () => {
  it('continues bit for bit from weights, moments and masters', async () => {
    const whole = await open()
    await learn(whole, 1, 5)
    const first = await open()
    await learn(first, 1, 3)
    const second = await open()
    await second.importTensors((await exported(first, everything)).sources)
    await learn(second, 4, 5)
    expect(await second.logprobs(batch, 'policy', 1)).toEqual(await whole.logprobs(batch, 'policy', 1))
    const [expected, actual] = [await exported(whole, everything), await exported(second, everything)]
    expect(actual.bytes).toEqual(expected.bytes)
  })

  it('moves masters where it does not move weights', async () => {
    const engine = await open()
    const before = await exported(engine, ['', 'master/'])
    await learn(engine, 1, 1)
    const after = await exported(engine, ['', 'master/'])
    const name = 'model.norm.weight' // about 1: a step of 2e-4 is a fortieth of its rounding
    expect(after.bytes.get(name)).toBe(before.bytes.get(name))
    expect(after.bytes.get(`master/${name}`)).not.toBe(before.bytes.get(`master/${name}`))
  })

  it.each(['model.layers.1.self_attn.k_proj.weight', 'model.layers.0.mlp.up_proj.weight'])(
    'importing %s alone changes its own master and no other',
    async (name) => {
      const other = await open()
      await learn(other, 1, 20)
      const given = await exported(other, [''])
      const engine = await open()
      await learn(engine, 1, 2)
      const before = await exported(engine, everything)
      await engine.importTensors(given.sources.filter((source) => source.name === name))
      const after = await exported(engine, everything)
      const changed = [...before.bytes.keys()].filter((key) => before.bytes.get(key) !== after.bytes.get(key))
      expect(changed).toEqual([name, `master/${name}`])
      expect(after.bytes.get(name)).toBe(given.bytes.get(name))
      expect(floats(after.bytes.get(`master/${name}`)!)).toEqual(widened(after.bytes.get(name)!))
    },
  )

  it('importing a master alone rounds its weight and touches no other', async () => {
    const name = 'model.layers.1.self_attn.k_proj.weight'
    const other = await open()
    await learn(other, 1, 20)
    const given = await exported(other, ['master/'])
    const engine = await open()
    await learn(engine, 1, 2)
    const before = await exported(engine, everything)
    await engine.importTensors(given.sources.filter((source) => source.name === `master/${name}`))
    const after = await exported(engine, everything)
    const changed = [...before.bytes.keys()].filter((key) => before.bytes.get(key) !== after.bytes.get(key))
    expect(changed).toEqual([name, `master/${name}`])
    expect(after.bytes.get(name)).toBe((await exported(other, [''])).bytes.get(name))
  })
})

/** [n] float32 from their bytes. */
function floats(hex: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(hex, 'hex')).buffer)
}

/** [n] bfloat16 as float32: the upper half of the same bits. */
function widened(hex: string): Float32Array {
  const halves = new Uint16Array(Uint8Array.from(Buffer.from(hex, 'hex')).buffer)
  return new Float32Array(Uint32Array.from(halves, (half) => half * 65_536).buffer)
}
