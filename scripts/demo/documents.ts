import type { Draw } from '../../src/questions/draw.ts'
import { easyRanges, type Problem, type Ranges } from './problem.ts'
import { drawProblem, type Style, solution } from './templates.ts'

/** A line for `serl sft`: the loss covers the trained segments, and the end of sequence after the last. */
export interface Document {
  readonly segments: readonly { readonly text: string; readonly train: boolean }[]
}

/** Draws problems whose text is not among the forbidden ones. */
export interface ProblemSource {
  readonly draw: Draw
  readonly ranges: Ranges
  readonly forbidden: ReadonlySet<string>
}

/** Shares of solutions without steps, by how the question is asked. */
export interface Habit {
  readonly terse: { readonly whatOrFind: number; readonly how: number }
  readonly semi: number
}

/** Every solution with its steps. */
export const noHabit: Habit = { terse: { whatOrFind: 0, how: 0 }, semi: 0 }

/** The line above a list of questions, as self-instruction asks for one. */
export const listHeader = 'Come up with a series of questions:'

export function freshProblem({ draw, ranges, forbidden }: ProblemSource): Problem {
  for (;;) {
    const problem = drawProblem(draw, ranges)
    if (!forbidden.has(problem.text)) return problem
  }
}

/** A problem and its solution on the next line. */
export function questionAndAnswer(source: ProblemSource, habit: Habit): Document {
  const problem = freshProblem(source)
  const terse = problem.terselyAsked ? habit.terse.whatOrFind : habit.terse.how
  const style = source.draw.weighted<Style>([
    { weight: terse, item: 'terse' },
    { weight: habit.semi, item: 'semi' },
    { weight: 1 - terse - habit.semi, item: 'worked' },
  ])
  return {
    segments: [
      { text: `${problem.text}\n`, train: false },
      { text: solution(problem, style), train: true },
    ],
  }
}

/** Length limit of a list: size of a text, and the room, in the same unit. */
export interface Room {
  /** Adds up over the lines of a text. */
  readonly measure: (text: string) => number
  readonly total: number
}

/** A numbered list of 10 to 14 problems, fewer if they do not fit. */
export function questionList(source: ProblemSource, room: Room): Document {
  const wanted = source.draw.integer(10, 14)
  const items: string[] = []
  let left = room.total - room.measure(listHeader)
  while (items.length < wanted) {
    const item = `\n${items.length + 1}. ${freshProblem(source).text}`
    left -= room.measure(item)
    if (left < 0) break
    items.push(item)
  }
  return {
    segments: [
      { text: listHeader, train: false },
      { text: items.join(''), train: true },
    ],
  }
}

const drillLength = 8

/** Bare equations like those in solutions; only the results are trained. */
export function drill(source: ProblemSource): Document {
  const segments = Array.from({ length: drillLength }, (_, i) => {
    const equation = source.draw.pick(freshProblem(source).steps)
    const [left, result] = equation.split(' = ') as [string, string]
    return [
      { text: `${i === 0 ? '' : ' '}${left} =`, train: false },
      { text: ` ${result}.`, train: true },
    ]
  })
  return { segments: segments.flat() }
}

/** The mix of a training file. */
export interface Mixture {
  readonly documents: number
  readonly questions: number // shares of the documents; they add up to 1
  readonly drills: number
  readonly lists: number
  readonly habit: Habit
  readonly ranges: Ranges
}

/** A document of a kind drawn by the shares. */
export function drawDocument(source: ProblemSource, mixture: Mixture, room: Room): Document {
  const kind = source.draw.weighted([
    { weight: mixture.questions, item: 'question' as const },
    { weight: mixture.drills, item: 'drill' as const },
    { weight: mixture.lists, item: 'list' as const },
  ])
  if (kind === 'question') return questionAndAnswer(source, mixture.habit)
  // questions that the model writes should have numbers that it can handle
  return kind === 'drill' ? drill(source) : questionList({ ...source, ranges: easyRanges }, room)
}
