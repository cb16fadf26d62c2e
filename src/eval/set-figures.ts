import { type Grouping, groupings } from './adapter.ts'
import type { EvalItem } from './eval-set.ts'
import type { Graded } from './grade-set.ts'
import { majorityAtK, passAtK } from './statistics/at-k.ts'
import { estimateAccuracy } from './statistics/intervals.ts'
import { countRight, partsOf, shareRight } from './summarize.ts'

/** What is counted of some questions. */
export interface Figures {
  readonly questions: number
  readonly accuracy: number // mean share of right responses: with k samples avg@k, with a greedy response its accuracy
  readonly low: number // 95 % interval of accuracy
  readonly high: number
  readonly majorityAtK: number | null // null with one response per question
  readonly passAtK: number | null
}

/** A line of evaluations.jsonl: one set, evaluated after one step, in one way. */
export interface EvaluationLine extends Figures {
  readonly step: number
  readonly set: string
  readonly samples: number // a question
  readonly temperature: number // 0 = greedy
  readonly unfinished: number // share of responses cut off by eval.maxNewTokens
  readonly answerless: number // share of responses without an answer
  readonly by: Readonly<Partial<Record<Grouping, Readonly<Record<string, Figures>>>>> // where a set has parts
  readonly seconds: number
}

/** The name of a run's held-out questions, which no other set has. */
export const heldOutName = 'held-out'

/** A graded question; what counts of it is where it belongs in its set. */
export type Grouped = Graded<Pick<EvalItem, 'groups'>>

/** @param graded at least one, all with as many samples */
export function setFigures(
  graded: readonly Grouped[],
): Figures & Pick<EvaluationLine, 'samples' | 'unfinished' | 'answerless' | 'by'> {
  const samples = graded[0]!.responses.length
  const responses = graded.flatMap((item) => item.responses)
  const grades = graded.flatMap((item) => item.grades)
  const counted = graded.map(countQuestion)
  const parts = groupings.map((grouping) => [grouping, partsOf(grouping, counted)] as const)
  return {
    samples,
    ...figuresOf(counted, samples),
    unfinished: responses.filter(({ finishReason }) => finishReason === 'length').length / responses.length,
    answerless: grades.filter(({ answer }) => answer === null).length / grades.length,
    by: Object.fromEntries(
      parts
        .filter(([, found]) => found.length > 0)
        .map(([grouping, found]) => [
          grouping,
          Object.fromEntries(found.map(([name, part]) => [name, figuresOf(part, samples)])),
        ]),
    ),
  }
}

interface Counted extends Pick<Grouped, 'item'> {
  readonly right: number // share of its samples
  readonly majority: number // whether their most frequent answer is right; ties are shared
  readonly pass: number // whether any is
}

function countQuestion(question: Grouped): Counted {
  const { item, grades, classes } = question
  return {
    item,
    right: shareRight(question),
    majority: majorityAtK(classes.classes, classes.answerless, grades.length),
    pass: passAtK(grades.length, countRight(question), grades.length),
  }
}

function figuresOf(counted: readonly Counted[], samples: number): Figures {
  const { mean, interval } = estimateAccuracy(
    counted.map(({ right }) => right),
    samples,
  )
  const meanOf = (key: 'majority' | 'pass'): number | null =>
    samples === 1 ? null : counted.reduce((sum, question) => sum + question[key], 0) / counted.length
  return {
    questions: counted.length,
    accuracy: mean,
    low: interval[0],
    high: interval[1],
    majorityAtK: meanOf('majority'),
    passAtK: meanOf('pass'),
  }
}
