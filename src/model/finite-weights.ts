// A weight that is NaN or infinite makes every number after it one. Found by its bits, without an engine: in all three
// formats the exponent's are ones exactly where the number is not finite.
import { type FileHandle, open } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import type { TensorSource } from '../native/types.ts'
import { byteLength, bytesPerElement, type TensorDtype } from './safetensors.ts'

/** A weight that is not finite. */
export interface NonFiniteWeight {
  readonly tensor: TensorSource
  readonly index: number // of the element, row-major
  readonly value: number // NaN, Infinity or -Infinity
}

interface Bits {
  readonly sign: number
  readonly exponent: number
  readonly mantissa: number
}

const bitsOf: Readonly<Record<TensorDtype, Bits>> = {
  F32: { sign: 0x8000_0000, exponent: 0x7f80_0000, mantissa: 0x007f_ffff },
  F16: { sign: 0x8000, exponent: 0x7c00, mantissa: 0x03ff },
  BF16: { sign: 0x8000, exponent: 0x7f80, mantissa: 0x007f },
}

const chunkBytes = 8 * 2 ** 20

/**
 * Reads all weights, 8 MiB at a time.
 * @returns the first that is not finite, in the tensors' order; null where all are
 * @throws UserError naming a file that cannot be read
 */
export async function firstNonFinite(weights: readonly TensorSource[]): Promise<NonFiniteWeight | null> {
  const buffer = new ArrayBuffer(chunkBytes)
  const files = new Map<string, FileHandle>()
  try {
    for (const tensor of weights) {
      if (!files.has(tensor.file)) files.set(tensor.file, await open(tensor.file, 'r'))
      const found = await scan(tensor, files.get(tensor.file)!, buffer)
      if (found !== null) return found
    }
    return null
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    throw new UserError(`cannot read the weights: ${(cause as Error).message}`, { cause })
  } finally {
    for (const file of files.values()) await file.close()
  }
}

async function scan(tensor: TensorSource, file: FileHandle, buffer: ArrayBuffer): Promise<NonFiniteWeight | null> {
  const width = bytesPerElement[tensor.dtype]
  const bits = bitsOf[tensor.dtype]
  const elements = width === 4 ? new Uint32Array(buffer) : new Uint16Array(buffer)
  const total = byteLength(tensor)
  for (let begin = 0; begin < total; begin += chunkBytes) {
    const bytes = Math.min(chunkBytes, total - begin)
    await readExactly(file, new Uint8Array(buffer, 0, bytes), tensor.offset + begin, tensor)
    const at = notFinite(elements, bytes / width, bits.exponent)
    if (at >= 0) return { tensor, index: begin / width + at, value: nonFiniteValue(elements[at]!, bits) }
  }
  return null
}

async function readExactly(file: FileHandle, into: Uint8Array, from: number, tensor: TensorSource): Promise<void> {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, from + done)
    if (bytesRead === 0)
      throw new UserError(`${tensor.file} is cut short within tensor ${tensor.name}; download it again`)
    done += bytesRead
  }
}

/** The value, NaN or an infinity, of an element whose exponent's bits are all ones. */
function nonFiniteValue(element: number, { sign, mantissa }: Bits): number {
  if ((element & mantissa) !== 0) return Number.NaN
  return (element & sign) === 0 ? Infinity : -Infinity
}

/** Index of the first element whose exponent's bits are all ones; -1 where there is none. */
function notFinite(elements: Uint32Array | Uint16Array, count: number, exponent: number): number {
  for (let i = 0; i < count; i++) if ((elements[i]! & exponent) === exponent) return i
  return -1
}
