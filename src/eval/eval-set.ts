import type { AnswerConfig } from '../answers/answer-checker.ts'
import type { Example, Grouping } from './adapter.ts'

/** A question with its known answer, as the stages use it. */
export interface EvalItem {
  readonly id: string // the set's own, or the line
  readonly key: string // of the content: the same question in two copies of a set has one key
  readonly line: number // in its file, from 1
  readonly problem: string // with its choices, without any instruction
  readonly answer: string // as the set writes it
  readonly choices: number // 0: free answer
  readonly groups: Readonly<Partial<Record<Grouping, string>>>
}

/** A set; how its answers are compared is part of it. */
export interface EvalSet extends AnswerConfig {
  readonly name: string
  readonly title: string
  readonly source: string // path or hub id
  readonly suffix: string // put after every question
  readonly examples: readonly Example[]
  readonly items: readonly EvalItem[] // not empty
}
