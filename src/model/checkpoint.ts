import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { ModelConfig, TensorSource } from '../native/types.ts'
import { matchTensors } from './expected-tensors.ts'
import { parseModelConfig, readModelConfig } from './hf-config.ts'
import { describe, int32, jsonFields } from './json-fields.ts'
import { readJsonFile } from './model-file.ts'
import { byteLength, type TensorDtype } from './safetensors.ts'
import { sizeBounds } from './size-bounds.ts'
import { readStoredTensors } from './weights.ts'

/** A HuggingFace checkpoint folder, checked, with no weight read yet. */
export interface Checkpoint {
  readonly dir: string
  readonly architecture: string // "LlamaForCausalLM"
  readonly config: ModelConfig
  readonly weights: readonly TensorSource[] // in expectedTensors' order
  /** Every id that ends a text: those of generation_config.json, then those of config.json; none twice. */
  readonly eosTokenIds: readonly number[]
  readonly bosTokenId: number | null
  readonly padTokenId: number | null
  /** The type of most of the stored weights. */
  readonly checkpointDtype: 'float32' | 'float16' | 'bfloat16'
}

const dtypeNames = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const

/**
 * Reads and checks a checkpoint folder; a tokenizer in it is not needed.
 * @throws UserError naming the folder, file, field or tensor that is missing, wrong or not supported
 */
export async function readCheckpoint(dir: string): Promise<Checkpoint> {
  const { raw, where } = await readModelConfig(dir)
  const stored = await readStoredTensors(dir)
  const { architecture, config } = parseModelConfig(raw, where, sizeBounds(stored.tensors))
  const weights = matchTensors(stored.tensors, config, stored.where)
  const generationFile = join(dir, 'generation_config.json')
  const sources = [
    { where: generationFile, raw: jsonFields((await readJsonFile(generationFile)) ?? {}, generationFile).raw },
    { where, raw },
  ]
  const ids = (name: string) => sources.flatMap((source) => tokenIds(source.raw[name], `${source.where}: "${name}"`))
  // an id outside the vocabulary can never be drawn
  const drawable = ids('eos_token_id').filter((id) => id < config.vocabSize)
  return {
    dir,
    architecture,
    config,
    weights,
    eosTokenIds: [...new Set(drawable)],
    bosTokenId: ids('bos_token_id')[0] ?? null,
    padTokenId: ids('pad_token_id')[0] ?? null,
    checkpointDtype: dtypeNames[prevailingDtype(weights)],
  }
}

/** A token id, a list of them, or none. */
function tokenIds(value: unknown, where: string): number[] {
  if (value === undefined || value === null) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list
    .map((id) => {
      if (typeof id !== 'number' || !Number.isInteger(id) || id > int32.most) {
        throw new UserError(`${where} must be a token id or a list of them, found ${describe(value)}`)
      }
      return id
    })
    .filter((id) => id >= 0) // -1 stands for none in some old files
}

function prevailingDtype(weights: readonly TensorSource[]): TensorDtype {
  const bytes = new Map<TensorDtype, number>()
  for (const tensor of weights) bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + byteLength(tensor))
  return [...bytes].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0]
}
