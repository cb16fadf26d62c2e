import type { LineIndex } from './line-index.ts'

const mostLines = 2000

/** The line whose id this is, by its first characters. */
export async function lineOf(index: LineIndex, id: string): Promise<number | null> {
  const mark = `"id":${JSON.stringify(id)}`
  for (let line = 0; line < Math.min(index.count, mostLines); line++) {
    if ((await index.head(line, 40 + mark.length)).includes(mark)) return line
  }
  return null
}
