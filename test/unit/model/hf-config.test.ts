import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { readCheckpoint } from '../../../src/model/checkpoint.ts'
import { expectedTensors } from '../../../src/model/expected-tensors.ts'
import { parseModelConfig, readModelConfig } from '../../../src/model/hf-config.ts'

interface Case {
  name: string
  config: Record<string, unknown>
  tensors: [string, number[]][]
  windows: number[]
  frequencies: number[]
  scale: number
  eps: number
  max_positions: number
}

const cases = JSON.parse(readFileSync(new URL('../../fixtures/model/configs.json', import.meta.url), 'utf8')) as Case[]
const golden = fileURLToPath(new URL('../../fixtures/golden', import.meta.url))

const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 24,
  hidden_size: 16,
  intermediate_size: 20,
  num_hidden_layers: 2,
  num_attention_heads: 4,
}
const refusal = (change: Record<string, unknown>, base: Record<string, unknown> = llama) => {
  try {
    parseModelConfig({ ...base, ...change }, 'x/config.json')
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as Error).message
  }
  return 'accepted'
}

describe('a config.json means the same as in transformers', () => {
  test.each(cases)('$name', (expected) => {
    const { config } = parseModelConfig(expected.config, 'config.json')
    expect(expectedTensors(config).map(({ name, shape }) => [name, shape])).toEqual(expected.tensors)
    expect([...config.slidingWindows]).toEqual(expected.windows)
    expect(config.rmsNormEps).toBe(expected.eps)
    expect(config.maxPositionEmbeddings).toBe(expected.max_positions)
    expect(config.ropeScale).toBeCloseTo(expected.scale, 14)
    expect(config.ropeFrequencies).toHaveLength(expected.frequencies.length)
    // two units in float32's last place: the libraries' pow differs by one
    for (const [i, frequency] of expected.frequencies.entries()) {
      expect(Math.abs(config.ropeFrequencies[i]! / frequency - 1)).toBeLessThan(2.4e-7)
    }
  })

  test('all four families are among the cases', () => {
    expect(new Set(cases.map(({ config }) => parseModelConfig(config, '').architecture)).size).toBe(4)
  })
})

describe('unsupported features are refused by name', () => {
  test.each([
    [
      { model_type: 'gemma2', architectures: ['Gemma2ForCausalLM'] },
      '"model_type" is "gemma2", "architectures" has "Gemma2ForCausalLM": not supported; supported are llama (Llama',
    ],
    [
      { model_type: undefined, architectures: ['OPTForCausalLM'] },
      '"architectures" has "OPTForCausalLM": not supported',
    ],
    [
      { model_type: 'constructor', architectures: undefined },
      '"model_type" is "constructor": not supported; supported',
    ],
    [
      { model_type: undefined, architectures: undefined },
      'no "model_type" and no "architectures"; supported are llama',
    ],
    [
      { architectures: ['LlamaForSequenceClassification'] },
      '"LlamaForSequenceClassification": not supported, only language models with a vocabulary head are; supported',
    ],
    [
      { model_type: 'lama' },
      '"model_type" is "lama", "architectures" has "LlamaForCausalLM": these two do not belong together; supported are ' +
        'llama (LlamaForCausalLM), mistral (MistralForCausalLM), qwen2 (Qwen2ForCausalLM), qwen3 (Qwen3ForCausalLM)',
    ],
    [
      { architectures: ['Qwen2ForCausalLM'] },
      '"llama", "architectures" has "Qwen2ForCausalLM": these two do not belong',
    ],
    [{ rope_scaling: { rope_type: 'longrope', factor: 4 } }, 'rope type "longrope" is not supported'],
    [{ rope_parameters: { rope_type: 'dynamic', factor: 4 } }, 'rope type "dynamic" is not supported'],
    [{ rope_parameters: { full_attention: { rope_theta: 1e4 } } }, '"full_attention" layers'],
    [{ rope_scaling: { type: 'default', mrope_section: [1, 1] } }, 'mrope_section'],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor 0.5'],
    [{ rope_parameters: { rope_theta: 1e4, partial_rotary_factor: 0.25 } }, 'partial_rotary_factor 0.25'],
    [{ hidden_act: 'gelu' }, '"hidden_act" "gelu"'],
    [{ quantization_config: { quant_method: 'gptq', bits: 4 } }, 'quantized checkpoint (gptq)'],
  ])('%j', (change, message) => {
    expect(refusal(change)).toContain(message)
    expect(refusal(change)).toContain('x/config.json')
  })

  test('the message lists the rope types that are supported', () => {
    expect(refusal({ rope_scaling: { type: 'su' } })).toContain('supported are default, linear, llama3, yarn')
  })
})

describe('contradictions and wrong values are named', () => {
  const qwen = { ...llama, architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', num_key_value_heads: 2 }
  test.each([
    [llama, { hidden_size: undefined }, '"hidden_size" is missing'],
    [llama, { vocab_size: '24' }, '"vocab_size" must be a number, found "24"'],
    [llama, { num_hidden_layers: 0 }, '"num_hidden_layers" must be a positive integer'],
    [llama, { num_key_value_heads: 3 }, 'multiple of "num_key_value_heads" (3)'],
    [llama, { num_attention_heads: 3, num_key_value_heads: 3 }, '"hidden_size" (16) must be a multiple'],
    [llama, { head_dim: 5 }, 'head dimension is 5'],
    [llama, { tie_word_embeddings: 'yes' }, '"tie_word_embeddings" must be true or false'],
    [llama, { rope_scaling: { type: 'linear' } }, '"factor" is missing'],
    [llama, { rope_scaling: { rope_type: 'llama3', factor: 8 } }, '"low_freq_factor" is missing'],
    [llama, { rope_theta: 0 }, '"rope_theta" must be above 1'],
    [qwen, { layer_types: ['full_attention'] }, 'one type for each of the 2 layers'],
    [qwen, { layer_types: ['full_attention', 'chunked_attention'] }, '"chunked_attention" (layer 1)'],
    [qwen, { layer_types: ['sliding_attention', 'full_attention'] }, 'layer 0 is "sliding_attention"'],
  ])('%#', (base, change, message) => {
    expect(refusal(change, base)).toContain(message)
  })

  test('a folder without config.json, and no folder', async () => {
    const here = new URL('.', import.meta.url).pathname
    await expect(readModelConfig(here)).rejects.toThrow('has no config.json')
    await expect(readModelConfig(join(here, 'nowhere'))).rejects.toThrow('there is no model folder')
    await expect(readModelConfig(join(here, 'hf-config.test.ts'))).rejects.toThrow('is not a folder')
  })
})

describe('the golden checkpoints', () => {
  test.each([
    ['llama-tied', 'LlamaForCausalLM', [0, 0]],
    ['llama3-untied', 'LlamaForCausalLM', [0, 0, 0]],
    ['qwen2-sharded', 'Qwen2ForCausalLM', [0, 0, 0]],
    ['qwen3', 'Qwen3ForCausalLM', [0, 0]],
    ['mistral-window', 'MistralForCausalLM', [32, 32]],
  ])('%s', async (name, architecture, windows) => {
    const read = await readCheckpoint(join(golden, name))
    expect(read.architecture).toBe(architecture)
    expect([...read.config.slidingWindows]).toEqual(windows)
  })
})
