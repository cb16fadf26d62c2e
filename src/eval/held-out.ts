import { readJsonl } from '../jsonl.ts'
import { genericAdapter, knownAdapter, setNameOf } from './find-adapter.ts'
import { readSet } from './read-set.ts'

export interface HeldOutQuestion {
  readonly problem: string
  readonly answer: string
}

/**
 * Reads held-out questions: a known set, or lines of {"problem" | "question" | "text" ..., "answer"}.
 * @param limit only the first so many; 0 = all
 * @throws UserError naming the file and line
 */
export async function readHeldOut(path: string, limit: number): Promise<HeldOutQuestion[]> {
  const name = setNameOf(path)
  const rows = { source: path, rows: await readJsonl(path) }
  const { items } = readSet(rows, knownAdapter(name) ?? genericAdapter(name), limit)
  return items.map(({ problem, answer }) => ({ problem, answer }))
}
