import { readFile } from 'node:fs/promises'
import { UserError } from './errors.ts'

/** One parsed line of a JSONL file; `line` counts from 1. */
export interface JsonLine {
  readonly line: number
  readonly value: unknown
}

/**
 * Reads a JSONL file; blank lines are skipped.
 * @throws UserError naming the file (missing, empty) or the file and line (not JSON).
 */
export async function readJsonl(path: string): Promise<JsonLine[]> {
  const stored = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'no such file' : (cause.code ?? cause.message)
    throw new UserError(`cannot read ${path}: ${reason}`, { cause })
  })
  const text = stored.replace(/^\ufeff/, '') // some editors write a byte order mark
  const lines: JsonLine[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      lines.push({ line: index + 1, value: JSON.parse(line) })
    } catch (cause) {
      throw new UserError(`${path}:${index + 1}: not valid JSON (${(cause as Error).message})`, { cause })
    }
  }
  if (lines.length === 0) throw new UserError(`${path} is empty: expected one JSON object per line`)
  return lines
}
