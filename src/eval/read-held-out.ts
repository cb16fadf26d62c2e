import { createAnswerChecker } from '../answers/create-checker.ts'
import { readJsonl } from '../jsonl.ts'
import type { EvalSet } from './eval-set.ts'
import { genericAdapter, knownAdapter, setNameOf } from './find-adapter.ts'
import { type AnswerRule, readSet, requireAnswersOfKind } from './read-set.ts'

export interface HeldOutQuestion {
  readonly problem: string
  readonly answer: string
}

/**
 * Reads held-out questions: a known set, or lines of {"problem" | "question" | "text" ..., "answer"}.
 * @param limit at most this many, from the first; 0 = all
 * @param answers how they are compared; null = as the set has it
 * @throws UserError naming the file and line, also of a known answer that is none of its kind
 */
export async function readHeldOut(
  path: string,
  limit: number,
  answers: AnswerRule | null = null,
): Promise<HeldOutQuestion[]> {
  const { items } = await readSetFile(path, limit, answers)
  return items.map(({ problem, answer }) => ({ problem, answer }))
}

/** The whole set of a file, as readHeldOut reads it. */
export async function readSetFile(path: string, limit: number, answers: AnswerRule | null): Promise<EvalSet> {
  const name = setNameOf(path)
  const rows = { source: path, rows: await readJsonl(path, { exactIntegers: true }) }
  return withAnswersOfKind(readSet(rows, knownAdapter(name) ?? genericAdapter(name), { limit, answers }))
}

/** @throws UserError as requireAnswersOfKind */
export async function withAnswersOfKind(set: EvalSet): Promise<EvalSet> {
  const checker = await createAnswerChecker(set)
  try {
    return await requireAnswersOfKind(set, checker)
  } finally {
    await checker.close()
  }
}
