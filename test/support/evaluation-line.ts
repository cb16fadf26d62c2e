import type { EvaluationLine } from '../../src/eval/set-figures.ts'

/** A line of evaluations.jsonl; what is not given is that of a greedy evaluation of 10 questions at step 0. */
export const evaluated = (known: Partial<EvaluationLine> & Pick<EvaluationLine, 'set'>): EvaluationLine => ({
  step: 0,
  samples: 1,
  temperature: 0,
  questions: 10,
  accuracy: 0.5,
  low: 0.25,
  high: 0.75,
  majorityAtK: null,
  passAtK: null,
  unfinished: 0,
  answerless: 0,
  by: {},
  seconds: 1,
  ...known,
})
