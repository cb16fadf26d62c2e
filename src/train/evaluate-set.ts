import { askQuestions } from '../eval/ask-questions.ts'
import type { EvalFormat } from '../eval/prompt.ts'
import type { StoredResponse } from '../eval/response-store.ts'
import { type EvaluationLine, type Grouped, setFigures } from '../eval/set-figures.ts'
import { stopIfAsked, type TrainContext } from './context.ts'

/** Questions with known answers, and how the model is asked. */
export interface AskedSet {
  readonly name: string
  readonly questions: readonly { readonly problem: string }[]
  readonly format: EvalFormat
  readonly samples: number // a question
  readonly temperature: number // 0 = greedy
  readonly stage: string // for the display of progress
  /** @param responses [questions][samples] */
  readonly grade: (responses: readonly (readonly StoredResponse[])[]) => Promise<readonly Grouped[]>
}

export interface EvaluatedSet {
  readonly line: EvaluationLine
  readonly graded: readonly Grouped[]
}

/**
 * One set, answered by the model after a step. Its samples are drawn from seeds of their own, the same after every step.
 * @throws Interrupted
 */
export async function evaluateSet(context: TrainContext, step: number, asked: AskedSet): Promise<EvaluatedSet> {
  const { config, model, reporter, signal } = context
  const { name, questions, format, samples, temperature, stage, grade } = asked
  stopIfAsked(context)
  const started = performance.now()
  const { maxNewTokens } = config.eval
  const { stopTokens } = model
  const sampling = { samples, temperature, maxNewTokens, stopTokens, stopTexts: config.rollout.stop }
  const responses = await askQuestions(
    model,
    questions,
    { ...sampling, format, seed: config.train.seed, signal },
    (done, total) => reporter.progress(stage, done, total),
  )
  stopIfAsked(context)
  const graded = await grade(responses)
  const seconds = (performance.now() - started) / 1000
  return { line: { step, set: name, temperature, ...setFigures(graded), seconds }, graded }
}
