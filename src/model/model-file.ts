// The small files of a checkpoint folder. They are untrusted: the amount read is bounded before reading.

import { readFile, stat } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { messageOf } from './json-fields.ts'

const mostBytes = 32 * 2 ** 20 // the largest tokenizer_config.json known has 1 MB
const deepest = 100
const mostParts = 1e6 // lists and objects; a vocabulary's merges are 300,000, the tensors of 10,000 layers 250,000

/**
 * A file's bytes; null where there is none.
 * @throws UserError naming the file: not readable, not a plain file (a pipe would be waited for), larger than `most`
 */
export async function readModelFile(path: string, most = mostBytes): Promise<Buffer | null> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new UserError(`${path} is not a file`)
    if (found.size > most) {
      const [size, limit] = [found.size, most].map((bytes) => Math.round(bytes / 2 ** 20))
      throw new UserError(`${path} has ${size} MiB; the limit for this file is ${limit} MiB`)
    }
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw new UserError(`cannot read ${path}: ${fileReason(cause)}`, { cause })
  }
}

/**
 * Parses a JSON file; null where there is none.
 * @throws UserError as readModelFile, and for what is not JSON
 */
export async function readJsonFile(path: string, most = mostBytes): Promise<unknown | null> {
  const bytes = await readModelFile(path, most)
  if (bytes === null) return null
  try {
    return parseJson(bytes)
  } catch (cause) {
    throw new UserError(`${path} is ${(cause as Error).message}`, { cause })
  }
}

/**
 * Parses JSON of at most a million lists and objects, at most 100 in each other: code that walks it may recurse.
 * @throws Error whose message continues "FILE is"
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error('not JSON: its bytes are not UTF-8', { cause })
  }
  const { depth, parts } = extent(bytes)
  if (depth > deepest) throw new Error(`nested more than ${deepest} levels deep`)
  if (parts > mostParts) throw new Error(`made of more than ${mostParts} lists and objects`)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new Error(`not JSON: ${messageOf(cause)}`, { cause })
  }
}

const [quote, backslash, openList, openObject, closeList, closeObject] = Buffer.from('"\\[{]}')

/** Lists and objects in JSON text, and their nesting depth, without parsing it. */
function extent(bytes: Uint8Array): { readonly depth: number; readonly parts: number } {
  let open = 0
  let depth = 0
  let parts = 0
  let inText = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inText) {
      if (byte === backslash) i++
      else if (byte === quote) inText = false
    } else if (byte === quote) inText = true
    else if (byte === openList || byte === openObject) {
      parts++
      depth = Math.max(depth, ++open)
    } else if (byte === closeList || byte === closeObject) open--
  }
  return { depth, parts }
}
