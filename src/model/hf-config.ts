import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { ModelConfig } from '../native/types.ts'
import { describe, type JsonFields, jsonFields } from './json-fields.ts'
import { readJsonFile } from './model-file.ts'
import { ropeTable } from './rope-config.ts'
import { anyWeights, type SizeBounds } from './size-bounds.ts'

/** How one architecture's config.json differs from the others: what is fixed, what is read, what it defaults to. */
interface Family {
  readonly architecture: string
  /** These three are what holds where config.json names none: transformers' own defaults. */
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
 * @param bounds upper bounds of its sizes, checked before anything of such a size is allocated
 * @throws UserError naming the field: not supported, missing, of a wrong type, too large, or contradicting another
 */
export function parseModelConfig(raw: unknown, where: string, bounds: SizeBounds = anyWeights): ParsedModelConfig {
  const config = jsonFields(raw, where)
  const family = requireSupported(config, where)
  const layers = config.integer('num_hidden_layers', undefined, bounds.layers)
  const maxPositionEmbeddings = config.integer('max_position_embeddings', family.maxPositions)
  const attention = attentionSizes(config, family, where, bounds)
  const rope = ropeTable(config, where, { maxPositions: maxPositionEmbeddings, headDim: attention.headDim })
  return {
    architecture: family.architecture,
    config: {
      vocabSize: config.integer('vocab_size', undefined, bounds.side),
      intermediateSize: config.integer('intermediate_size', undefined, bounds.side),
      numHiddenLayers: layers,
      ...attention,
      maxPositionEmbeddings,
      rmsNormEps: normEps(config, where),
      tieWordEmbeddings: config.boolean('tie_word_embeddings', false),
      ...family.biases(config),
      qkNorm: family.qkNorm,
      slidingWindows: family.slidingWindows(config, layers, where),
      ropeFrequencies: rope.frequencies,
      ropeScale: rope.scale,
    },
  }
}

/** A config.json with the name of its file; only its architecture has been checked. */
export interface RawModelConfig {
  readonly raw: JsonFields['raw']
  readonly where: string
}

/**
 * Reads `dir/config.json`.
 * @throws UserError: no such folder, no config.json in it, or of a model that is not supported
 */
export async function readModelConfig(dir: string): Promise<RawModelConfig> {
  const folder = await stat(dir).catch(() => null)
  if (folder === null) {
    throw new UserError(
      `there is no model folder ${dir}: ${hubAdvice(dir) ?? 'give the path of a HuggingFace checkpoint folder'}`,
    )
  }
  if (!folder.isDirectory()) {
    throw new UserError(`${dir} is not a folder: give the folder that holds config.json and the weights`)
  }
  const where = join(dir, 'config.json')
  const found = await readJsonFile(where)
  if (found === null) {
    throw new UserError(
      `${dir} has no config.json, so it is not a HuggingFace checkpoint folder: expected config.json and model.safetensors in it`,
    )
  }
  const config = jsonFields(found, where)
  requireSupported(config, where)
  return { raw: config.raw, where }
}

/** Where a path reads like owner/name on the hub. */
function hubAdvice(dir: string): string | null {
  const name = relative('.', dir)
  if (!/^\w[\w.-]*\/[\w.-]+$/.test(name) || existsSync(dirname(resolve(dir)))) return null
  const place = name.slice(name.indexOf('/') + 1)
  return (
    `models are not downloaded. Fetch it first: hf download ${name} --local-dir ${place} (or huggingface-cli download ` +
    `with the same words), then give --model ${place}`
  )
}

/** @throws UserError for a model that the engine does not have */
function requireSupported(config: JsonFields, where: string): Family {
  const family = familyOf(config, where)
  refuseUnsupported(config, where)
  return family
}

/** @throws UserError naming what "model_type" and "architectures" say, and what is supported */
function familyOf(config: JsonFields, where: string): Family {
  const listed: unknown[] = Array.isArray(config.raw.architectures) ? config.raw.architectures : []
  const modelType = config.text('model_type')
  const isListed = ({ architecture }: Family): boolean => listed.includes(architecture)
  const named = Object.values(families).find(isListed)
  const typed = modelType !== null && Object.hasOwn(families, modelType) ? families[modelType] : undefined
  const family = modelType === null ? named : typed
  if (family !== undefined && (listed.length === 0 || isListed(family))) return family

  const said = [
    ...(modelType === null ? [] : [`"model_type" is ${describe(modelType)}`]),
    ...(listed.length === 0 ? [] : [`"architectures" has ${describeAll(listed)}`]),
  ]
  const found = said.length === 0 ? 'no "model_type" and no "architectures"' : said.join(', ')
  let why = said.length === 0 ? '' : ': not supported'
  if (modelType !== null && named !== undefined) why = ': these two do not belong together'
  else if (family !== undefined) why = ': not supported, only language models with a vocabulary head are'
  throw new UserError(`${where}: ${found}${why}; supported are ${supported}`)
}

const describeAll = (values: readonly unknown[]): string =>
  values.length > 4 ? describe(values) : values.map(describe).join(', ')

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

/** Elements of a hidden state, heads and the elements of each. */
function attentionSizes(
  config: JsonFields,
  family: Family,
  where: string,
  { side, headDim: headDimBound }: SizeBounds,
) {
  const hiddenSize = config.integer('hidden_size', undefined, side)
  const heads = config.integer('num_attention_heads', undefined, side)
  // an explicit null means "as many as heads", a missing field means the family's default
  const asHeads = family.keyValueHeads === 'heads' || 'num_key_value_heads' in config.raw
  const keyValueHeads = config.integer('num_key_value_heads', asHeads ? heads : (family.keyValueHeads as number), side)
  if (heads % keyValueHeads !== 0) {
    throw new UserError(
      `${where}: "num_attention_heads" (${heads}) must be a multiple of "num_key_value_heads" (${keyValueHeads})`,
    )
  }
  const derived = family.headDim === 'hidden / heads' || 'head_dim' in config.raw
  if (!config.has('head_dim') && derived && hiddenSize % heads !== 0) {
    throw new UserError(
      `${where}: "hidden_size" (${hiddenSize}) must be a multiple of "num_attention_heads" (${heads}) where there is no "head_dim"`,
    )
  }
  const headDim = config.integer('head_dim', derived ? hiddenSize / heads : (family.headDim as number), headDimBound)
  if (headDim % 2 !== 0) {
    throw new UserError(`${where}: the head dimension is ${headDim}; it must be even, as rotary embeddings turn pairs`)
  }
  if (heads * headDim > side.most) {
    throw new UserError(
      `${where}: "num_attention_heads" (${heads}) times the head dimension (${headDim}) must be at most ${side.most} (${side.why})`,
    )
  }
  return { hiddenSize, numAttentionHeads: heads, numKeyValueHeads: keyValueHeads, headDim }
}

function normEps(config: JsonFields, where: string): number {
  const eps = config.number('rms_norm_eps', 1e-6)
  if (eps < 0 || eps > 1) throw new UserError(`${where}: "rms_norm_eps" must be from 0 to 1, found ${eps}`)
  return eps
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
