import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectedTensors } from '../../../src/model/expected-tensors.ts'
import { parseModelConfig } from '../../../src/model/hf-config.ts'
import { byteLength, safetensorsHeader, type TensorToWrite } from '../../../src/model/safetensors.ts'

export const tinyConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 12,
  hidden_size: 8,
  intermediate_size: 10,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  eos_token_id: 2,
  bos_token_id: 1,
  torch_dtype: 'float32',
}

/** A new temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'serl-test-'))
}

/** The tensors that a config.json calls for, in one dtype. */
export function tensorsOf(config: object, dtype: TensorToWrite['dtype'] = 'F32'): TensorToWrite[] {
  return expectedTensors(parseModelConfig(config, 'config.json').config).map((tensor) => ({ ...tensor, dtype }))
}

/** A safetensors file whose data counts up, byte by byte. */
export function writeSafetensors(path: string, tensors: readonly TensorToWrite[]): void {
  const bytes = tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0)
  writeFileSync(
    path,
    Buffer.concat([safetensorsHeader(tensors), Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => i))]),
  )
}

/** A checkpoint folder: config.json, and model.safetensors unless `tensors` is null. */
export function checkpointFolder(config: object, tensors: readonly TensorToWrite[] | null = tensorsOf(config)): string {
  const dir = temporaryFolder()
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config))
  if (tensors) writeSafetensors(join(dir, 'model.safetensors'), tensors)
  return dir
}
