import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'
import type { Reporter } from '../log/reporter.ts'
import type { TrainModel } from '../model/train-model.ts'
import type { PromptFormat } from '../rollout/prompt.ts'
import type { RunFolder } from '../run/run-folder.ts'
import type { Seed } from '../seeds/read-seeds.ts'
import type { Trace } from '../trace/trace.ts'
import type { FurtherSet } from './further-sets.ts'
import type { KnownQuestions } from './known-questions.ts'
import type { UserModules } from './open-modules.ts'
import type { HeldOutItem } from './read-questions.ts'

/**
 * What a run trains with, the user's modules included; nothing in it changes from step to step except for the weights behind
 * the engine.
 */
export interface TrainContext extends UserModules {
  readonly config: Config
  readonly model: TrainModel
  readonly base: TrainModel | null // the untrained model in an engine of its own, for reward.kind frozen-vote
  readonly seeds: readonly Seed[]
  readonly known: KnownQuestions
  readonly neverTrained: ReadonlySet<string> // folded texts of held-out questions and the panel
  readonly format: PromptFormat // how questions are asked
  readonly panel: readonly string[] // questions of the panel; empty: none
  readonly heldOut: readonly HeldOutItem[] // empty: there are none
  readonly furtherSets: readonly FurtherSet[] // evaluated too
  readonly checker: AnswerChecker
  readonly folder: RunFolder
  readonly reporter: Reporter
  readonly trace: Trace
  readonly signal: AbortSignal // aborted: stop at the next safe place
}

/** Thrown when a run was told to stop; its state after the last completed step is still valid. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted')
    this.name = 'Interrupted'
  }
}

/** @throws Interrupted if the run was told to stop. */
export function stopIfAsked({ signal }: Pick<TrainContext, 'signal'>): void {
  if (signal.aborted) throw new Interrupted()
}
