import { parse } from '../notation/parse.ts'
import { type Ambiguity, PLAIN_READING, type Reading } from '../notation/token.ts'
import { type Budget, newBudget } from '../value/budget.ts'
import { shapeOf } from './build.ts'
import { type Effort, equalShapes, MAX_COMPARISONS } from './equal.ts'
import type { Shape } from './shape.ts'
import { canonicalSource } from './texts.ts'

/** An answer, read once and compared as often as needed. */
export interface MathAnswer {
  readonly text: string // as found
  readonly source: string // what is parsed
  readonly key: string // equal keys: equal answers
  readonly running: boolean // found in running text, where letters behind a number name its unit
  readonly shape: Shape | null // null: notation that cannot be read, equal to itself only
  readonly others: readonly Reading[] // second readings of ambiguous notation
  readonly budget: Budget // for evaluating its expressions, all together
  readonly alternatives: Alternative[] // what `others` come to, filled when first needed
}

interface Alternative {
  readonly shape: Shape
  readonly glued: boolean // 6m taken as six metres: counts only beside another length
}

/** Reads an answer's text; `running` when it stood in running text rather than in mathematics. */
export function readAnswer(text: string, running = false): MathAnswer {
  const labelled = withLabel(text)
  const parsed = parse(labelled, PLAIN_READING)
  const others = parsed === null ? [] : secondReadings(parsed.ambiguity)
  const budget = newBudget()
  const shape = parsed === null ? null : shapeOf(parsed.node, budget)
  return { text, source: labelled, key: canonicalSource(text), running, shape, others, alternatives: [], budget }
}

const LABEL = /^(?:\\text(?:bf|rm)?\{ ?)?([A-J])[.)] ?\}?(?:\\ |~| )+(?=\S)/

// "A. 5" and "A) 5" are written as (A) 5
const withLabel = (text: string): string => text.replace(LABEL, '\\text{($1)} ')

function secondReadings(ambiguity: Ambiguity): readonly Reading[] {
  const readings: Reading[] = []
  if (ambiguity.commas) readings.push({ ...PLAIN_READING, commas: 'items' })
  if (ambiguity.decimalComma) readings.push({ ...PLAIN_READING, commas: 'decimal' })
  if (ambiguity.slash) readings.push({ ...PLAIN_READING, slash: 'left' })
  if (ambiguity.exponent) readings.push({ ...PLAIN_READING, exponent: false })
  if (ambiguity.gluedUnits) readings.push({ ...PLAIN_READING, gluedUnits: true })
  return readings
}

function readingsOf(answer: MathAnswer): readonly Alternative[] {
  if (answer.shape === null) return []
  if (answer.alternatives.length === 0) {
    answer.alternatives.push({ shape: answer.shape, glued: false })
    const calm = withoutExclamation(answer)
    if (calm !== null) answer.alternatives.push({ shape: calm, glued: false })
    for (const reading of answer.others) {
      const parsed = parse(answer.source, reading)
      if (parsed !== null)
        answer.alternatives.push({ shape: shapeOf(parsed.node, answer.budget), glued: reading.gluedUnits })
    }
  }
  return answer.alternatives
}

/** What an answer means in each of its readings, the plain one first. */
export const shapesOf = (answer: MathAnswer): readonly Shape[] => readingsOf(answer).map(({ shape }) => shape)

// a sentence may end in an exclamation mark
function withoutExclamation(answer: MathAnswer): Shape | null {
  const parsed = answer.running && answer.text.endsWith('!') ? parse(answer.source.slice(0, -1), PLAIN_READING) : null
  return parsed === null ? null : shapeOf(parsed.node, answer.budget)
}

export interface Comparison {
  readonly equal: boolean
  readonly gaveUp: boolean // part of it took too long and counted as unequal
}

/** Whether two answers are equal in any of their readings; symmetric. */
export function compareAnswers(a: MathAnswer, b: MathAnswer): Comparison {
  if (a.key === b.key) return { equal: true, gaveUp: false }
  const effort: Effort = { comparisons: MAX_COMPARISONS, gaveUp: false }
  for (const left of readingsOf(a)) {
    for (const right of readingsOf(b)) {
      if (left.glued && !a.running && !hasUnit(right.shape)) continue
      if (right.glued && !b.running && !hasUnit(left.shape)) continue
      if (equalShapes(left.shape, right.shape, effort)) return { equal: true, gaveUp: false }
    }
  }
  return { equal: false, gaveUp: effort.gaveUp }
}

const hasUnit = (shape: Shape): boolean => shape.kind === 'value' && shape.label.units.length > 0
