import type { Draw } from '../../src/questions/draw.ts'
import { easyRanges } from './problem.ts'
import { drawProblem } from './templates.ts'

/** A line of the demonstration's question files. */
export interface Question {
  readonly problem: string
  readonly answer: string
}

/** Seed and held-out questions, without repeated texts. */
export function drawQuestionSets(draw: Draw, sizes: { readonly seeds: number; readonly heldout: number }) {
  const questions = new Map<string, Question>()
  while (questions.size < sizes.seeds + sizes.heldout) {
    const { text, answer } = drawProblem(draw, easyRanges)
    questions.set(text, { problem: text, answer: String(answer) })
  }
  const all = [...questions.values()]
  return { seeds: all.slice(0, sizes.seeds), heldout: all.slice(sizes.seeds) }
}
