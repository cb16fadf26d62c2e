import { UserError } from '../errors.ts'
import { fieldsFound, readJsonl } from '../jsonl.ts'
import type { Question } from '../rollout/group.ts'

/** A question that a person wrote. */
export interface Seed extends Question {
  readonly source: 'seed'
}

const questionFields = ['problem', 'question', 'prompt', 'text'] as const

/** What an object without a question should have had, for messages. */
export const questionNames = questionFields.map((field) => `"${field}"`).join(', ')

/**
 * The question of a JSONL line, unchanged: under "problem", "question", "prompt" or "text", the first that holds
 * more than white space; a blank one where there is no other.
 * @returns null if none of them holds a string
 */
export function questionOf(value: unknown): string | null {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const texts = questionFields.map((field) => fields[field]).filter((text) => typeof text === 'string')
  return texts.find((text) => text.trim() !== '') ?? texts[0] ?? null
}

/**
 * Reads seed questions: JSONL, the question under "problem", "question", "prompt" or "text" (the first found), and an
 * optional "answer". Ids are "seed-LINE".
 * @throws UserError naming the file (missing, empty) or the file and line (no question, not JSON)
 */
export async function readSeeds(path: string): Promise<Seed[]> {
  return (await readJsonl(path, { exactIntegers: true })).map(({ line, value }) => {
    const text = questionOf(value)?.trim() ?? ''
    if (text === '') {
      throw new UserError(
        `${path}:${line}: no question on this line: expected a string in one of ${questionNames}${fieldsFound(value)}`,
      )
    }
    const answer = answerText((value as { answer?: unknown }).answer, `${path}:${line}`)
    return { id: `seed-${line}`, text, source: 'seed', ...(answer !== null && { answer }) }
  })
}

function answerText(answer: unknown, where: string): string | null {
  if (answer === undefined || answer === null) return null
  if (typeof answer === 'string') return answer
  if (typeof answer === 'number' || typeof answer === 'bigint') return String(answer)
  throw new UserError(`${where}: "answer" must be a string or a number`)
}
