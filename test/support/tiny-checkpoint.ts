import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectedTensors } from '../../src/model/expected-tensors.ts'
import { parseModelConfig } from '../../src/model/hf-config.ts'
import { safetensorsHeader } from '../../src/model/safetensors.ts'
import { tempFolder } from './temp-folder.ts'

const modelConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 260,
  hidden_size: 16,
  intermediate_size: 32,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  eos_token_id: 2,
  torch_dtype: 'float32',
}

/** A checkpoint folder with weights of 0 and no tokenizer; `change` alters its config.json after the weights are made. */
export async function tinyCheckpoint(change: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const dir = await tempFolder()
  const { config } = parseModelConfig(modelConfig, 'config.json')
  const tensors = expectedTensors(config).map((tensor) => ({ ...tensor, dtype: 'F32' as const }))
  const bytes = tensors.reduce((sum, tensor) => sum + 4 * tensor.shape.reduce((a, b) => a * b, 1), 0)
  await writeFile(join(dir, 'model.safetensors'), Buffer.concat([safetensorsHeader(tensors), Buffer.alloc(bytes)]))
  await writeFile(join(dir, 'config.json'), JSON.stringify({ ...modelConfig, ...change }))
  return dir
}
