import { UserError } from '../errors.ts'
import { readJsonl } from '../jsonl.ts'
import type { Instruction } from '../rollout/group.ts'

/** A question that a person wrote. */
export interface Seed extends Instruction {
  readonly source: 'seed'
}

const questionFields = ['problem', 'question', 'prompt', 'text'] as const

/**
 * Reads seed questions: JSONL, the question under "problem", "question", "prompt" or "text" (the first found), and an
 * optional "answer". Ids are "seed-LINE".
 * @throws UserError naming the file (missing, empty) or the file and line (no question, not JSON)
 */
export async function readSeeds(path: string): Promise<Seed[]> {
  return (await readJsonl(path)).map(({ line, value }) => {
    const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    const name = questionFields.find((field) => typeof fields[field] === 'string' && fields[field].trim() !== '')
    if (name === undefined) {
      const names = questionFields.map((field) => `"${field}"`).join(', ')
      throw new UserError(`${path}:${line}: no question on this line: expected a text under one of ${names}`)
    }
    const answer = answerText(fields.answer, `${path}:${line}`)
    const text = (fields[name] as string).trim()
    return { id: `seed-${line}`, text, source: 'seed', ...(answer !== null && { answer }) }
  })
}

function answerText(answer: unknown, where: string): string | null {
  if (answer === undefined || answer === null) return null
  if (typeof answer === 'string') return answer
  if (typeof answer === 'number') return String(answer)
  throw new UserError(`${where}: "answer" must be a text or a number`)
}
