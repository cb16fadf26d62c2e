import { createReadStream } from 'node:fs'
import { UserError } from './errors.ts'
import { fileReason } from './file-errors.ts'
import { foreignBytes, foreignText } from './foreign-file.ts'
import { parseJson, stringifyJson } from './json-integers.ts'

/** One parsed line of a JSONL file; `line` counts from 1. */
export interface JsonLine {
  readonly line: number
  readonly value: unknown
}

/**
 * Reads a JSONL file; blank lines are skipped.
 * @throws UserError as eachJsonLine, and for an empty file
 */
export async function readJsonl(path: string, reading: JsonlReading = {}): Promise<JsonLine[]> {
  const lines: JsonLine[] = []
  for await (const line of eachJsonLine(path, reading)) lines.push(line)
  if (lines.length === 0) throw new UserError(`${path} is empty: expected one JSON object per line`)
  return lines
}

const expected = 'expected one JSON object per line'

/** How to read a file. */
interface JsonlReading {
  readonly dropCut?: boolean // leave out a last line without a line break, which may still be written; default: read it
  readonly exactIntegers?: boolean // integers beyond 2^53 as bigint, for what people wrote; default: rounded
}

/**
 * The lines of a JSONL file, one after the other; blank ones are skipped.
 * @throws UserError naming the file (missing), or the file and line and what it looks like (not UTF-8, not JSON, a list)
 */
export async function* eachJsonLine(
  path: string,
  { dropCut = false, exactIntegers = false }: JsonlReading = {},
): AsyncGenerator<JsonLine> {
  const parse = exactIntegers ? parseJson : JSON.parse
  let isFirst = true
  for await (const { line, text } of textLines(path, dropCut)) {
    if (text.trim() === '') continue
    const value = parseLine(text, parse, { where: `${path}:${line}`, isFirst })
    isFirst = false
    yield { line, value }
  }
}

function parseLine(
  text: string,
  parse: (text: string) => unknown,
  { where, isFirst }: { where: string; isFirst: boolean },
): unknown {
  let value: unknown
  try {
    value = parse(text)
  } catch (cause) {
    const foreign = isFirst ? foreignText(text) : null
    const reason = foreign === null ? `not valid JSON (${(cause as Error).message})` : `${foreign}: ${expected}`
    throw new UserError(`${where}: ${reason}`, { cause })
  }
  if (Array.isArray(value)) throw new UserError(`${where}: looks like a JSON array: ${expected}`)
  return value
}

/** What an object has where something else was expected: `; the line has "instruction", "id" (a number)`. */
export function fieldsFound(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `; found ${stringifyJson(value)?.slice(0, 40)}`
  const names = Object.entries(value).map(
    ([name, field]) => `"${name}"${typeof field === 'string' ? '' : ` (${kindOf(field)})`}`,
  )
  if (names.length === 0) return '; the line has no fields'
  return `; the line has ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value)
    ? 'a list'
    : ({ number: 'a number', bigint: 'a number', boolean: 'true or false' }[typeof value as 'number'] ?? 'an object')
}

interface TextLine {
  readonly line: number // from 1
  readonly text: string
}

/** Lines of a UTF-8 file, read as they are needed; some editors write a byte order mark, which is left out. */
async function* textLines(path: string, dropCut: boolean): AsyncGenerator<TextLine> {
  const stream = createReadStream(path)
  let line = 0
  let parts: Buffer[] = [] // of a line that goes on in the next chunk
  const take = (end: Buffer): TextLine => {
    line += 1
    const bytes = parts.length === 0 ? end : Buffer.concat([...parts, end])
    parts = []
    const text = decode(bytes, `${path}:${line}`)
    return { line, text: line === 1 ? text.replace(/^\ufeff/, '') : text }
  }
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (line === 0 && parts.length === 0) refuseForeign(chunk, path)
      let from = 0
      for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
        yield take(chunk.subarray(from, to))
        from = to + 1
      }
      if (from < chunk.length) parts.push(chunk.subarray(from))
    }
    if (parts.length > 0 && !dropCut) yield take(Buffer.alloc(0))
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    throw new UserError(`cannot read ${path}: ${fileReason(cause)}`, { cause })
  } finally {
    stream.destroy()
  }
}

const newline = 10

function refuseForeign(start: Uint8Array, path: string): void {
  const foreign = foreignBytes(start)
  if (foreign !== null) throw new UserError(`${path}:1: ${foreign} (${expected})`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array, where: string): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new UserError(
      `${where}: not UTF-8, perhaps Latin-1: save the file as UTF-8, for instance with iconv -f LATIN1 -t UTF-8`,
      { cause },
    )
  }
}
