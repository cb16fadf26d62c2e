import { UserError } from '../errors.ts'
import { readJsonl } from '../jsonl.ts'

export interface HeldOutQuestion {
  readonly problem: string
  readonly answer: string
}

/**
 * Reads held-out questions: {"problem" | "question" | "text", "answer"} a line.
 * @param limit only the first so many; 0 = all
 * @throws UserError naming the file and line
 */
export async function readHeldOut(path: string, limit: number): Promise<HeldOutQuestion[]> {
  const lines = await readJsonl(path)
  const questions = lines.map(({ line, value }) => {
    const { problem, question, text, answer } = (value ?? {}) as Record<string, unknown>
    const asked = problem ?? question ?? text
    const known = typeof answer === 'number' ? String(answer) : answer
    if (typeof asked !== 'string' || asked.trim() === '' || typeof known !== 'string' || known.trim() === '') {
      throw new UserError(`${path}:${line}: expected {"problem": "...", "answer": "..."}`)
    }
    return { problem: asked, answer: known }
  })
  return limit > 0 ? questions.slice(0, limit) : questions
}
