// The safetensors file format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes
// (https://github.com/huggingface/safetensors, "Format").

import { type FileHandle, open, stat } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import type { TensorSource } from '../native/types.ts'
import { describe, shownName } from './json-fields.ts'
import { parseJson } from './model-file.ts'

export type TensorDtype = TensorSource['dtype']

export const bytesPerElement: Readonly<Record<TensorDtype, number>> = { F32: 4, F16: 2, BF16: 2 }

const metadataKey = '__metadata__'
const maxDimensions = 8
// the format allows 100 MB, which takes seconds to read; the deepest model that is accepted has a header of 13 MB
const maxHeaderBytes = 2 ** 24

/**
 * Reads the header of one safetensors file and checks it against the file's size.
 * @returns one source per tensor, in the order of their bytes; no weight is read
 * @throws UserError naming the file (not there, cut short, not safetensors) or the file and tensor (dtype, bytes)
 */
export async function readSafetensorsHeader(file: string): Promise<TensorSource[]> {
  const unreadable = (cause: NodeJS.ErrnoException) => {
    const reason = fileReason(cause)
    throw new UserError(`cannot read ${file}: ${reason}`, { cause })
  }
  // before it is opened: a pipe would be waited for
  if (!(await stat(file).catch(unreadable)).isFile()) throw new UserError(`${file} is not a file`)
  const handle = await open(file, 'r').catch(unreadable)
  try {
    const { size } = await handle.stat()
    const { header, dataStart } = await readHeader(handle, file, size)
    checkMetadata(header, file)
    const tensors = Object.entries(header)
      .filter(([name]) => name !== metadataKey)
      .map(([name, entry]) => tensorSource(name, entry, file, dataStart))
      .sort((a, b) => a.offset - b.offset)
    checkExtent(tensors, file, dataStart, size)
    return tensors
  } finally {
    await handle.close()
  }
}

async function readHeader(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<{ header: Record<string, unknown>; dataStart: number }> {
  const prefix = Buffer.alloc(8)
  if (size < 8 || (await handle.read(prefix, 0, 8, 0)).bytesRead < 8) {
    throw new UserError(`${file} is cut short: ${size} bytes, less than a safetensors header; download it again`)
  }
  if (prefix.toString('latin1').startsWith('version ')) {
    throw new UserError(`${file} is a Git LFS pointer, not the weights: run git lfs pull in that folder`)
  }
  const length = Number(prefix.readBigUInt64LE(0))
  if (length < 2 || length > maxHeaderBytes) {
    throw new UserError(
      `${file} is not a safetensors file: its first 8 bytes give a header of ${length} bytes, which may have 2 to ${maxHeaderBytes}`,
    )
  }
  if (8 + length > size) {
    throw new UserError(
      `${file} is cut short: its header alone takes ${8 + length} bytes, the file has ${size}; download it again`,
    )
  }
  const bytes = Buffer.alloc(length)
  await handle.read(bytes, 0, length, 8)
  try {
    const header = parseJson(bytes)
    if (repeats(bytes, header)) throw new Error('not clear: it describes a tensor twice')
    if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new Error('not a JSON object')
    return { header: header as Record<string, unknown>, dataStart: 8 + length }
  } catch (cause) {
    throw new UserError(`${file} is not a safetensors file: its header is ${(cause as Error).message}`, { cause })
  }
}

/** JSON keeps the last of two entries of one name: then the text has more entries than the object. */
function repeats(bytes: Buffer, header: unknown): boolean {
  const entries = Object.values(header ?? {}).filter(
    (entry) => typeof entry === 'object' && entry !== null && Object.hasOwn(entry, 'data_offsets'),
  )
  let written = 0
  for (const _ of bytes.toString('latin1').matchAll(/"data_offsets"\s*:/g)) written++
  return written > entries.length
}

function checkMetadata(header: Readonly<Record<string, unknown>>, file: string): void {
  const metadata = header[metadataKey] ?? {}
  const isTexts =
    typeof metadata === 'object' &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((text) => typeof text === 'string')
  if (isTexts) return
  throw new UserError(`${file}: the header's ${metadataKey} must be an object of strings, found ${describe(metadata)}`)
}

function tensorSource(name: string, entry: unknown, file: string, dataStart: number): TensorSource {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>
  const shown = shownName(name)
  if (!isCounts(shape) || shape.length > maxDimensions || !isCounts(offsets) || offsets.length !== 2) {
    throw new UserError(
      `${file}: the header's entry for tensor ${shown} is ${describe(entry)}: no shape and offsets in it`,
    )
  }
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) {
    throw new UserError(`${file}: tensor ${shown} has dtype ${describe(dtype)}; supported are F32, F16, BF16`)
  }
  const [begin, end] = offsets as [number, number]
  const bytes = shape.reduce((product, side) => product * side, 1) * bytesPerElement[dtype as TensorDtype]
  if (end - begin !== bytes) {
    throw new UserError(
      `${file}: tensor ${shown} of shape [${shape.join(', ')}] in ${dtype} takes ${bytes} bytes, but its offsets give ${end - begin}`,
    )
  }
  return { name, file, offset: dataStart + begin, dtype: dtype as TensorDtype, shape }
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0)
}

/** Tensors must fill the file exactly: no hole, no overlap, nothing after the last. */
function checkExtent(tensors: readonly TensorSource[], file: string, dataStart: number, size: number): void {
  let end = dataStart
  for (const tensor of tensors) {
    if (tensor.offset !== end) {
      throw new UserError(
        `${file}: tensor ${shownName(tensor.name)} starts at byte ${tensor.offset}, where ${end} was expected`,
      )
    }
    end += byteLength(tensor)
    if (end > size) {
      throw new UserError(
        `${file} is cut short: tensor ${shownName(tensor.name)} ends at byte ${end}, the file has ${size}; download it again`,
      )
    }
  }
  if (end !== size) throw new UserError(`${file}: ${size - end} bytes follow the last tensor; download it again`)
}

/** Bytes that a tensor takes in a file. */
export function byteLength(tensor: { readonly dtype: TensorDtype; readonly shape: readonly number[] }): number {
  return tensor.shape.reduce((product, side) => product * side, 1) * bytesPerElement[tensor.dtype]
}

export interface TensorToWrite {
  readonly name: string
  readonly dtype: TensorDtype
  readonly shape: readonly number[]
}

/**
 * Length prefix and JSON header of a file that holds these tensors one after the other in this order; padded with
 * spaces to a multiple of 8 bytes, so that the data is aligned.
 * @param metadata text fields; transformers needs format "pt", which is the default
 */
export function safetensorsHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]]
  let begin = 0
  for (const tensor of tensors) {
    const end = begin + byteLength(tensor)
    entries.push([tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] }])
    begin = end
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8')
  const padded = Math.ceil(json.length / 8) * 8
  const header = Buffer.alloc(8 + padded, ' ')
  header.writeBigUInt64LE(BigInt(padded), 0)
  json.copy(header, 8)
  return new Uint8Array(header.buffer, header.byteOffset, header.length)
}
