import { UserError } from '../errors.ts'
import type { ModelConfig, TensorSource } from '../native/types.ts'
import { shownName } from './json-fields.ts'

export interface TensorShape {
  readonly name: string
  readonly shape: readonly number[]
}

/**
 * Every tensor that a model of this configuration has, with HuggingFace's names, in the order in which transformers
 * registers them. Linear weights are [out, in].
 */
export function expectedTensors(config: ModelConfig): TensorShape[] {
  const { hiddenSize, vocabSize } = config
  const tensors: TensorShape[] = [{ name: 'model.embed_tokens.weight', shape: [vocabSize, hiddenSize] }]
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    tensors.push(...layerTensors(config, `model.layers.${layer}`))
  }
  tensors.push({ name: 'model.norm.weight', shape: [hiddenSize] })
  if (!config.tieWordEmbeddings) tensors.push({ name: 'lm_head.weight', shape: [vocabSize, hiddenSize] })
  return tensors
}

function layerTensors(config: ModelConfig, prefix: string): TensorShape[] {
  const { hiddenSize, intermediateSize, headDim } = config
  const queries = config.numAttentionHeads * headDim
  const keys = config.numKeyValueHeads * headDim
  const linear = (name: string, shape: [number, number], bias: boolean): TensorShape[] => [
    { name: `${prefix}.${name}.weight`, shape },
    ...(bias ? [{ name: `${prefix}.${name}.bias`, shape: [shape[0]] }] : []),
  ]
  const norm = (name: string, size: number): TensorShape => ({ name: `${prefix}.${name}.weight`, shape: [size] })
  return [
    ...linear('self_attn.q_proj', [queries, hiddenSize], config.qkvBias),
    ...linear('self_attn.k_proj', [keys, hiddenSize], config.qkvBias),
    ...linear('self_attn.v_proj', [keys, hiddenSize], config.qkvBias),
    ...linear('self_attn.o_proj', [hiddenSize, queries], config.attentionOutputBias),
    ...(config.qkNorm ? [norm('self_attn.q_norm', headDim), norm('self_attn.k_norm', headDim)] : []),
    ...linear('mlp.gate_proj', [intermediateSize, hiddenSize], config.mlpBias),
    ...linear('mlp.up_proj', [intermediateSize, hiddenSize], config.mlpBias),
    ...linear('mlp.down_proj', [hiddenSize, intermediateSize], config.mlpBias),
    norm('input_layernorm', hiddenSize),
    norm('post_attention_layernorm', hiddenSize),
  ]
}

/**
 * The found tensors in expected order: none missing, none unexpected, all of the expected shape.
 * A tied model's own lm_head.weight and old buffers (rotary_emb.inv_freq) are ignored.
 * @param where the file or folder that messages name
 * @throws UserError naming the tensors
 */
export function matchTensors(found: readonly TensorSource[], config: ModelConfig, where: string): TensorSource[] {
  const byName = new Map(found.map((tensor) => [tensor.name, tensor]))
  const expected = expectedTensors(config)
  const missing = expected.filter((tensor) => !byName.has(tensor.name)).map((tensor) => tensor.name)
  if (missing.length > 0) {
    throw new UserError(
      `${where}: ${some(missing)} missing, but config.json requires it${missingHint(missing, byName)}`,
    )
  }
  const matched = expected.map((tensor) => {
    const source = byName.get(tensor.name)!
    if (tensor.shape.join() !== source.shape.join()) {
      throw new UserError(
        `${source.file}: tensor ${tensor.name} is [${source.shape.join(', ')}], but config.json makes it [${tensor.shape.join(', ')}]`,
      )
    }
    return source
  })
  for (const { name } of expected) byName.delete(name)
  const left = [...byName.keys()].filter((name) => !isRedundant(name, config))
  if (left.length > 0) {
    throw new UserError(
      `${where}: ${some(left)} not part of a model with this config.json: check that weights and config.json belong together`,
    )
  }
  return matched
}

function isRedundant(name: string, config: ModelConfig): boolean {
  return (config.tieWordEmbeddings && name === 'lm_head.weight') || name.endsWith('rotary_emb.inv_freq')
}

function missingHint(missing: readonly string[], found: ReadonlyMap<string, unknown>): string {
  if (missing.length === 1 && missing[0] === 'lm_head.weight') {
    return ' (with tied embeddings, "tie_word_embeddings" must be true)'
  }
  const bare = missing.every((name) => found.has(name.replace(/^model\./, '')))
  return bare ? ' (the names lack "model.": the checkpoint was saved without its vocabulary head)' : ''
}

/** "tensor a is", "tensors a, b and 12 more are" */
function some(names: readonly string[]): string {
  if (names.length === 1) return `tensor ${shownName(names[0]!)} is`
  const shown = names.slice(0, 4).map(shownName).join(', ')
  return `tensors ${shown}${names.length > 4 ? ` and ${names.length - 4} more` : ''} are`
}
