import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A digest of every file of a run, by path; metrics and evaluations as text without seconds, which no two runs share. */
export async function contents(run: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(run, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    const isTimed = entry.name === 'metrics.jsonl' || entry.name === 'evaluations.jsonl'
    files[path.slice(run.length)] = isTimed
      ? timeless(bytes.toString())
      : createHash('sha256').update(bytes).digest('hex')
  }
  return files
}

const timeless = (metrics: string): string => metrics.replace(/"seconds(\.\w+)?":[\d.e-]+/g, '"seconds"')
