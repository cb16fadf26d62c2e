import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { describeModel } from '../../../src/model/open-model.ts'
import { damaged, faults, type Json, replaced } from '../../support/hostile-checkpoint.ts'
import { hostileJson, hostileNumbers, hostileValues } from '../../support/hostile-values.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

describe('config.json', { timeout: 60_000 }, () => {
  const numbers = [
    ...['vocab_size', 'hidden_size', 'intermediate_size', 'num_hidden_layers', 'num_attention_heads'],
    ...['num_key_value_heads', 'head_dim', 'max_position_embeddings', 'rms_norm_eps', 'rope_theta', 'eos_token_id'],
    ...['partial_rotary_factor', 'original_max_position_embeddings', 'bos_token_id', 'pad_token_id'],
  ]
  const others = [
    ...['architectures', 'model_type', 'hidden_act', 'tie_word_embeddings', 'attention_bias', 'mlp_bias'],
    ...['rope_scaling', 'rope_parameters', 'quantization_config', 'torch_dtype', '__proto__'],
  ]

  it('with any field of any kind and size', async () => {
    const dir = await tinyCheckpoint()
    const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Json
    const mutations = [
      ...numbers.flatMap((field) => replaced(config, field, hostileNumbers)),
      ...others.flatMap((field) => replaced(config, field, hostileValues)),
      ...hostileValues.map((value): [string, string] => [`all of it ${JSON.stringify(value)}`, hostileJson(value)]),
      ...damaged(JSON.stringify(config), 60, 'config'),
    ]
    expect(mutations.length).toBeGreaterThan(600)
    expect(await faults(dir, 'config.json', mutations)).toEqual([])
  })

  const ropes: Json[] = [
    { rope_type: 'linear', factor: 2 },
    { rope_type: 'yarn', factor: 2, beta_fast: 32, beta_slow: 1, attention_factor: 1, mscale: 1, mscale_all_dim: 1 },
    { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 },
  ]
  it.each(ropes)('with rope parameters of any kind, $rope_type', async (rope) => {
    const dir = await tinyCheckpoint()
    const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Json
    const mutations = Object.keys({ ...rope, rope_theta: 1 }).flatMap((field) =>
      hostileNumbers.map((value): [string, string] => [
        `${field} = ${JSON.stringify(value)}`,
        hostileJson({ ...config, rope_scaling: { ...rope, [field]: value } }),
      ]),
    )
    expect(await faults(dir, 'config.json', mutations)).toEqual([])
  })

  it.each(['qwen2-sharded', 'qwen3', 'mistral-window'])('of %s with windows of any kind', async (name) => {
    const dir = join(await tempFolder(), name)
    await cp(path(`../../fixtures/golden/${name}`), dir, { recursive: true })
    const config = {
      ...(JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Json),
      use_sliding_window: true,
    }
    const fields = ['sliding_window', 'max_window_layers', 'num_hidden_layers', 'num_key_value_heads', 'head_dim']
    const mutations = [
      ...fields.flatMap((field) => replaced({ ...config, layer_types: null }, field, hostileNumbers)),
      ...['use_sliding_window', 'layer_types'].flatMap((field) => replaced(config, field, hostileValues)),
    ]
    expect(await faults(dir, 'config.json', mutations)).toEqual([])
  })

  it('says what is too large, and what is allowed', async () => {
    const said = async (change: Json): Promise<string> =>
      describeModel(await tinyCheckpoint(change)).then(
        () => 'accepted',
        (error: Error) => error.message,
      )
    expect(await said({ num_hidden_layers: 5e7 })).toMatch(
      /config\.json: "num_hidden_layers" must be at most 11 \(the weights have 11 tensors\), found 50000000/,
    )
    const longest = /must be at most 260 \(the longest side of a tensor in the weights is 260\), found/
    expect(await said({ head_dim: 2 ** 31 })).toMatch(longest)
    expect(await said({ vocab_size: 261 })).toMatch(longest)
    expect(await said({ num_attention_heads: 200, head_dim: 2, num_key_value_heads: 1 })).toMatch(/times the head/)
    expect(await said({ max_position_embeddings: 2 ** 31 })).toMatch(/must be at most 2147483647 .* found 2147483648/)
    expect(await said({ rms_norm_eps: -1 })).toMatch(/"rms_norm_eps" must be from 0 to 1, found -1/)
    expect(await said({ rope_scaling: { type: 'linear', factor: 5e-324 } })).toMatch(/angles that are not finite/)
  })
})
