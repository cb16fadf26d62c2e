// Writes the demonstration's model before any training: init-model.ts --out FOLDER --tokenizer FOLDER [--seed 1]
// A Llama of 833,024 parameters with random normal weights: standard deviation 1 / sqrt(inputs), half of that where a
// block adds to the residual stream, 0.02 for the embedding.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { safetensorsHeader } from '../../src/model/safetensors.ts'
import { loadTokenizer } from '../../src/model/tokenizer.ts'
import { createRandom } from '../../src/random.ts'

const size = { hidden: 128, layers: 4, heads: 4, kvHeads: 2, headDim: 32, feedForward: 352, context: 512 }

interface InitialTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly std: number | null // null: all ones
}

/** The tensors of the model in checkpoint order. */
function initialTensors(vocabulary: number): InitialTensor[] {
  const { hidden, heads, kvHeads, headDim, feedForward } = size
  const linear = (name: string, [out, inputs]: readonly [number, number], scale = 1): InitialTensor => {
    return { name: `${name}.weight`, shape: [out, inputs], std: scale / Math.sqrt(inputs) }
  }
  const norm = (name: string): InitialTensor => ({ name: `${name}.weight`, shape: [hidden], std: null })
  const layer = (prefix: string) => [
    norm(`${prefix}.input_layernorm`),
    linear(`${prefix}.self_attn.q_proj`, [heads * headDim, hidden]),
    linear(`${prefix}.self_attn.k_proj`, [kvHeads * headDim, hidden]),
    linear(`${prefix}.self_attn.v_proj`, [kvHeads * headDim, hidden]),
    linear(`${prefix}.self_attn.o_proj`, [hidden, heads * headDim], 0.5),
    norm(`${prefix}.post_attention_layernorm`),
    linear(`${prefix}.mlp.gate_proj`, [feedForward, hidden]),
    linear(`${prefix}.mlp.up_proj`, [feedForward, hidden]),
    linear(`${prefix}.mlp.down_proj`, [hidden, feedForward], 0.5),
  ]
  return [
    { name: 'model.embed_tokens.weight', shape: [vocabulary, hidden], std: 0.02 },
    ...Array.from({ length: size.layers }, (_, i) => layer(`model.layers.${i}`)).flat(),
    norm('model.norm'),
  ]
}

/** Normal draws by Box and Muller's method, one generator per tensor. */
function values({ name, shape, std }: InitialTensor, seed: number): Float32Array {
  const count = shape.reduce((product, side) => product * side, 1)
  if (std === null) return new Float32Array(count).fill(1)
  const random = createRandom([seed, 'initial', name])
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
  return Float32Array.from({ length: count }, () => std * normal())
}

function configFile(vocabulary: number, bos: number, eos: number, pad: number | null) {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabulary,
    hidden_size: size.hidden,
    intermediate_size: size.feedForward,
    num_hidden_layers: size.layers,
    num_attention_heads: size.heads,
    num_key_value_heads: size.kvHeads,
    head_dim: size.headDim,
    max_position_embeddings: size.context,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    hidden_act: 'silu',
    bos_token_id: bos,
    eos_token_id: eos,
    pad_token_id: pad,
    torch_dtype: 'float32',
  }
}

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, tokenizer: { type: 'string' }, seed: { type: 'string', default: '1' } },
})
const { out, tokenizer: tokenizerFolder } = options
if (out === undefined || tokenizerFolder === undefined) throw new Error('--out and --tokenizer are needed')
const tokenizer = await loadTokenizer(tokenizerFolder)
const bos = tokenizer?.bosTokenId
const eos = tokenizer?.eosTokenId
if (!tokenizer || typeof bos !== 'number' || typeof eos !== 'number') {
  throw new Error(`${tokenizerFolder} has no tokenizer with a beginning and an end of sequence`)
}
const description = JSON.parse(await readFile(join(tokenizerFolder, 'tokenizer.json'), 'utf8'))
const vocabulary = Object.keys(description.model.vocab).length
const tensors = initialTensors(vocabulary)
const weights = tensors.map((tensor) => Buffer.from(values(tensor, Number(options.seed)).buffer))
const header = safetensorsHeader(tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' })))
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

await mkdir(out, { recursive: true })
await writeFile(join(out, 'model.safetensors'), Buffer.concat([header, ...weights]))
await writeFile(join(out, 'config.json'), json(configFile(vocabulary, bos, eos, tokenizer.idOf('<pad>'))))
await writeFile(join(out, 'generation_config.json'), json({ bos_token_id: bos, eos_token_id: eos }))
for (const file of ['tokenizer.json', 'tokenizer_config.json'])
  await copyFile(join(tokenizerFolder, file), join(out, file))
