import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import type { TensorSource } from '../native/types.ts'
import { describe, jsonFields, shownName } from './json-fields.ts'
import { readJsonFile } from './model-file.ts'
import { byteLength, readSafetensorsHeader, type TensorToWrite } from './safetensors.ts'

const singleFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

/** Every tensor that a checkpoint folder has, whatever model it belongs to. */
export interface StoredTensors {
  readonly tensors: readonly TensorSource[]
  readonly where: string // the file that lists them
}

/**
 * Reads what `dir/model.safetensors`, or the shards that `dir/model.safetensors.index.json` names, say they hold.
 * @throws UserError naming file and tensor: no weights, cut short, not where the index says, dtype not supported
 */
export async function readStoredTensors(dir: string): Promise<StoredTensors> {
  const files = await readdir(dir).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`cannot read ${dir}: ${fileReason(cause)}`, { cause })
  })
  const single = files.includes(singleFile)
  if (!single && !files.includes(indexFile)) throw new UserError(noWeights(dir, files))
  const where = join(dir, single ? singleFile : indexFile)
  const tensors = single ? await readSafetensorsHeader(where) : await readShards(dir, where)
  if (tensors.length === 0) throw new UserError(`${where} lists no tensors: there are no weights`)
  return { tensors, where }
}

async function readShards(dir: string, where: string): Promise<TensorSource[]> {
  const index = jsonFields(await readJsonFile(where), where)
  const weightMap = jsonFields(index.raw.weight_map, `${where}: "weight_map"`).raw
  const shards = new Map<string, TensorSource[]>()
  for (const shard of Object.values(weightMap)) {
    if (typeof shard !== 'string' || !isShardName(shard)) {
      throw new UserError(`${where}: "weight_map" must name files of the same folder, found ${describe(shard)}`)
    }
    if (!shards.has(shard)) shards.set(shard, await readSafetensorsHeader(join(dir, shard)))
  }
  const found = new Map<string, TensorSource>()
  for (const tensor of [...shards.values()].flat()) {
    const other = found.get(tensor.name)
    if (other) throw new UserError(`tensor ${shownName(tensor.name)} is in two files: ${other.file} and ${tensor.file}`)
    found.set(tensor.name, tensor)
  }
  for (const [name, shard] of Object.entries(weightMap)) {
    if (found.get(name)?.file !== join(dir, shard as string)) {
      throw new UserError(`${where} places tensor ${shownName(name)} in ${shard}, but it is not there`)
    }
  }
  return [...found.values()]
}

// not a path, and no control characters
const isShardName = (name: string): boolean => /^[^/\\\p{Cc}]{1,255}$/u.test(name) && name !== '.' && name !== '..'

function noWeights(dir: string, files: readonly string[]): string {
  const wanted = `expected ${singleFile}, or ${indexFile} with its shards`
  const pickled = files.find((file) => /^pytorch_model.*\.bin(\.index\.json)?$/.test(file))
  if (pickled) {
    return (
      `${dir} has ${pickled} but no safetensors file, and only safetensors files can be read; convert it once, where transformers ` +
      `is installed: python -c "from transformers import AutoModelForCausalLM as M; M.from_pretrained('${dir}').save_pretrained('${dir}')"`
    )
  }
  if (files.includes('adapter_model.safetensors')) {
    return `${dir} holds an adapter (adapter_model.safetensors), not a model: merge it into its base model first`
  }
  const shard = files.find((file) => /^model-\d+-of-\d+\.safetensors$/.test(file))
  if (shard)
    return `${dir} has shards (${shard}) but no ${indexFile}, which says what is in them: download that file too`
  return `${dir} has no weights: ${wanted}`
}

/** One file to write: its name and what goes into it, in order. */
export interface Shard {
  readonly file: string
  readonly tensors: readonly TensorToWrite[]
}

/**
 * Divides tensors into files of at most `maxBytes` of data, in order, as transformers names them.
 * @param maxBytes default 5 GB; a single larger tensor gets a file of its own
 * @returns the files, and the index to write beside them (null for a single file)
 */
export function planShards(
  tensors: readonly TensorToWrite[],
  maxBytes = 5e9,
): { readonly shards: Shard[]; readonly index: Readonly<Record<string, unknown>> | null } {
  const groups: TensorToWrite[][] = []
  let room = 0
  for (const tensor of tensors) {
    const bytes = byteLength(tensor)
    if (groups.length === 0 || bytes > room) {
      groups.push([])
      room = maxBytes
    }
    groups.at(-1)!.push(tensor)
    room -= bytes
  }
  if (groups.length <= 1) return { shards: [{ file: singleFile, tensors }], index: null }

  const number = (n: number) => String(n).padStart(5, '0')
  const shards = groups.map((group, i) => ({
    file: `model-${number(i + 1)}-of-${number(groups.length)}.safetensors`,
    tensors: group,
  }))
  const totalSize = tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0)
  const weightMap = Object.fromEntries(shards.flatMap((shard) => shard.tensors.map(({ name }) => [name, shard.file])))
  return { shards, index: { metadata: { total_size: totalSize }, weight_map: weightMap } }
}

export { indexFile as weightsIndexFile }
