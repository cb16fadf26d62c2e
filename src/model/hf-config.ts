import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { ModelConfig } from '../native/types.ts'
import { describe, type JsonFields, jsonFields, readJsonFile } from './json-fields.ts'
import { ropeFrequencies } from './rope.ts'
import { parseRope } from './rope-config.ts'

/** How one architecture's config.json differs from the others: what is fixed, what is read, what it defaults to. */
interface Family {
  readonly architecture: string
  /** Of config.json, where it names none: transformers' own defaults. */
  readonly keyValueHeads: number | 'heads'
  readonly headDim: number | 'hidden / heads'
  readonly maxPositions: number
  readonly qkNorm: boolean
  biases(config: JsonFields): Pick<ModelConfig, 'qkvBias' | 'attentionOutputBias' | 'mlpBias'>
  slidingWindows(config: JsonFields, layers: number, where: string): Int32Array // [layers]
}

const noBiases = { qkvBias: false, attentionOutputBias: false, mlpBias: false }
const attentionBias = (config: JsonFields) => config.boolean('attention_bias', false)

// by model_type; from transformers' models/*/configuration_*.py and the Linear layers of modeling_*.py
const families: Readonly<Record<string, Family>> = {
  llama: {
    architecture: 'LlamaForCausalLM',
    keyValueHeads: 'heads',
    headDim: 'hidden / heads',
    maxPositions: 2048,
    qkNorm: false,
    biases: (config) => ({
      qkvBias: attentionBias(config),
      attentionOutputBias: attentionBias(config),
      mlpBias: config.boolean('mlp_bias', false),
    }),
    slidingWindows: (_config, layers) => new Int32Array(layers),
  },
  mistral: {
    architecture: 'MistralForCausalLM',
    keyValueHeads: 8,
    headDim: 'hidden / heads',
    maxPositions: 131_072,
    qkNorm: false,
    biases: () => noBiases,
    slidingWindows: mistralWindows,
  },
  qwen2: {
    architecture: 'Qwen2ForCausalLM',
    keyValueHeads: 32,
    headDim: 'hidden / heads',
    maxPositions: 32_768,
    qkNorm: false,
    biases: () => ({ ...noBiases, qkvBias: true }),
    slidingWindows: qwenWindows,
  },
  qwen3: {
    architecture: 'Qwen3ForCausalLM',
    keyValueHeads: 32,
    headDim: 128,
    maxPositions: 32_768,
    qkNorm: true,
    biases: (config) => ({
      qkvBias: attentionBias(config),
      attentionOutputBias: attentionBias(config),
      mlpBias: false,
    }),
    slidingWindows: qwenWindows,
  },
}

const supported = Object.entries(families)
  .map(([modelType, { architecture }]) => `${modelType} (${architecture})`)
  .join(', ')

export interface ParsedModelConfig {
  readonly architecture: string // as in config.json: "LlamaForCausalLM"
  readonly config: ModelConfig
}

/**
 * Turns a parsed config.json into the numbers that the engine needs. Fields that config.json leaves out get the
 * defaults of transformers 5; fields that change nothing in the forward pass are ignored.
 * @param where the file that messages name
 * @throws UserError naming the field: not supported, missing, of a wrong type, or contradicting another
 */
export function parseModelConfig(raw: unknown, where: string): ParsedModelConfig {
  const config = jsonFields(raw, where)
  const family = familyOf(config, where)
  refuseUnsupported(config, where)

  const hiddenSize = config.integer('hidden_size')
  const heads = config.integer('num_attention_heads')
  const layers = config.integer('num_hidden_layers')
  // an explicit null means "as many as heads", a missing field means the family's default
  const keyValueDefault = family.keyValueHeads === 'heads' || 'num_key_value_heads' in config.raw
  const keyValueHeads = config.integer(
    'num_key_value_heads',
    keyValueDefault ? heads : (family.keyValueHeads as number),
  )
  if (heads % keyValueHeads !== 0) {
    throw new UserError(
      `${where}: "num_attention_heads" (${heads}) must be a multiple of "num_key_value_heads" (${keyValueHeads})`,
    )
  }
  const headDim = headDimOf(config, family, where)
  const maxPositionEmbeddings = config.integer('max_position_embeddings', family.maxPositions)
  const rope = ropeFrequencies(parseRope(config, where, maxPositionEmbeddings), headDim)
  return {
    architecture: family.architecture,
    config: {
      vocabSize: config.integer('vocab_size'),
      hiddenSize,
      intermediateSize: config.integer('intermediate_size'),
      numHiddenLayers: layers,
      numAttentionHeads: heads,
      numKeyValueHeads: keyValueHeads,
      headDim,
      maxPositionEmbeddings,
      rmsNormEps: config.number('rms_norm_eps', 1e-6),
      tieWordEmbeddings: config.boolean('tie_word_embeddings', false),
      ...family.biases(config),
      qkNorm: family.qkNorm,
      slidingWindows: family.slidingWindows(config, layers, where),
      ropeFrequencies: rope.frequencies,
      ropeScale: rope.scale,
    },
  }
}

/**
 * Reads `dir/config.json`.
 * @throws UserError: no such folder, no config.json in it, or what parseModelConfig refuses
 */
export async function readModelConfig(dir: string): Promise<ParsedModelConfig & { readonly raw: JsonFields['raw'] }> {
  const folder = await stat(dir).catch(() => null)
  if (folder === null) {
    throw new UserError(`there is no model folder ${dir}: give the path of a HuggingFace checkpoint folder`)
  }
  if (!folder.isDirectory()) {
    throw new UserError(`${dir} is not a folder: give the folder that holds config.json and the weights`)
  }
  const where = join(dir, 'config.json')
  const raw = await readJsonFile(where)
  if (raw === null) {
    throw new UserError(
      `${dir} has no config.json, so it is not a HuggingFace checkpoint folder: expected config.json and model.safetensors in it`,
    )
  }
  return { ...parseModelConfig(raw, where), raw: jsonFields(raw, where).raw }
}

/** @throws UserError naming what "model_type" and "architectures" say, and what is supported */
function familyOf(config: JsonFields, where: string): Family {
  const listed = Array.isArray(config.raw.architectures) ? config.raw.architectures.map(String) : []
  const modelType = config.text('model_type')
  const isListed = ({ architecture }: Family): boolean => listed.includes(architecture)
  const named = Object.values(families).find(isListed)
  const typed = modelType !== null && Object.hasOwn(families, modelType) ? families[modelType] : undefined
  const family = modelType === null ? named : typed
  if (family !== undefined && (listed.length === 0 || isListed(family))) return family

  const said = [
    ...(modelType === null ? [] : [`"model_type" is ${describe(modelType)}`]),
    ...(listed.length === 0 ? [] : [`"architectures" has ${listed.map(describe).join(', ')}`]),
  ]
  const found = said.length === 0 ? 'no "model_type" and no "architectures"' : said.join(', ')
  let why = said.length === 0 ? '' : ': not supported'
  if (modelType !== null && named !== undefined) why = ': these two do not belong together'
  else if (family !== undefined) why = ': not supported, only language models with a vocabulary head are'
  throw new UserError(`${where}: ${found}${why}; supported are ${supported}`)
}

function refuseUnsupported(config: JsonFields, where: string): void {
  if (config.has('quantization_config')) {
    const method = (config.raw.quantization_config as { quant_method?: unknown }).quant_method
    const named = typeof method === 'string' ? ` (${method})` : ''
    throw new UserError(
      `${where}: a quantized checkpoint${named} cannot be trained here; take the original in float32, float16 or bfloat16`,
    )
  }
  const act = config.text('hidden_act') ?? 'silu'
  if (act !== 'silu' && act !== 'swish') {
    throw new UserError(`${where}: "hidden_act" ${describe(act)} is not supported; supported is "silu"`)
  }
  if (config.has('per_layer_config')) {
    throw new UserError(`${where}: "per_layer_config" is not supported; all layers must have the same sizes`)
  }
}

function headDimOf(config: JsonFields, family: Family, where: string): number {
  const hiddenSize = config.integer('hidden_size')
  const heads = config.integer('num_attention_heads')
  const derived = family.headDim === 'hidden / heads' || 'head_dim' in config.raw
  const headDim = config.integer(
    'head_dim',
    derived ? Math.max(1, Math.floor(hiddenSize / heads)) : (family.headDim as number),
  )
  if (!config.has('head_dim') && derived && hiddenSize % heads !== 0) {
    throw new UserError(
      `${where}: "hidden_size" (${hiddenSize}) must be a multiple of "num_attention_heads" (${heads}) where there is no "head_dim"`,
    )
  }
  if (headDim % 2 !== 0) {
    throw new UserError(`${where}: the head dimension is ${headDim}; it must be even, as rotary embeddings turn pairs`)
  }
  return headDim
}

/** Mistral: one window for all layers; missing = 4096, null = none. */
function mistralWindows(config: JsonFields, layers: number, where: string): Int32Array {
  if (config.has('layer_types')) {
    throw new UserError(`${where}: "layer_types" is not supported in a Mistral configuration (it belongs to Ministral)`)
  }
  const window =
    'sliding_window' in config.raw && !config.has('sliding_window') ? 0 : config.integer('sliding_window', 4096)
  return new Int32Array(layers).fill(window)
}

/** Qwen: windows only under use_sliding_window, on the layers that layer_types or max_window_layers names. */
function qwenWindows(config: JsonFields, layers: number, where: string): Int32Array {
  const off = 'sliding_window' in config.raw && !config.has('sliding_window')
  const used = config.boolean('use_sliding_window', false) && !off
  const window = used ? config.integer('sliding_window', 4096) : 0
  const types = config.raw.layer_types ?? null
  if (types === null) {
    const first = config.number('max_window_layers', 28)
    return Int32Array.from({ length: layers }, (_, layer) => (layer >= first ? window : 0))
  }
  if (!Array.isArray(types) || types.length !== layers) {
    throw new UserError(`${where}: "layer_types" must list one type for each of the ${layers} layers`)
  }
  return Int32Array.from(types, (type: unknown, layer) => {
    if (type === 'full_attention') return 0
    if (type !== 'sliding_attention') {
      throw new UserError(
        `${where}: layer type ${describe(type)} (layer ${layer}) is not supported; supported are full_attention, sliding_attention`,
      )
    }
    if (window === 0) {
      throw new UserError(
        `${where}: layer ${layer} is "sliding_attention", but "use_sliding_window" is off or "sliding_window" null`,
      )
    }
    return window
  })
}
