import { requirePaths } from '../config/check.ts'
import { evaluates } from '../config/evaluation-rules.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { longestQuestion } from '../eval/longest-question.ts'
import { heldOutName } from '../eval/set-figures.ts'
import { emptyPool } from '../instruct/pool.ts'
import { fewShotTokens } from '../instruct/prompt.ts'
import { type BuiltPrompt, buildPrompt } from '../instruct/propose.ts'
import type { QuestionWriter } from '../instruct/question-writer.ts'
import { counted } from '../log/counted.ts'
import type { TrainModel } from '../model/train-model.ts'
import { createRandom } from '../random.ts'
import { openAnswerChecker } from '../reward/open-answer-checker.ts'
import { longestPrompt } from '../rollout/answering.ts'
import { type PromptFormat, promptTokens } from '../rollout/prompt.ts'
import { readPromptFormat } from '../rollout/read-prompt-format.ts'
import type { Seed } from '../seeds/read-seeds.ts'
import { type FurtherSet, readFurtherSets } from './further-sets.ts'
import { openModules, type UserModules } from './open-modules.ts'
import { type HeldOutItem, type Questions, readQuestions } from './read-questions.ts'

export interface Preflight extends Questions {
  readonly format: PromptFormat // how questions are asked
  readonly furtherSets: readonly FurtherSet[]
  readonly evaluations: readonly PlannedEvaluation[] // of all of these
  /** The first prompt that asks for new questions; null where instruct.source = given. */
  readonly firstQuestionPrompt: BuiltPrompt | null
  /** [P] tokens of a first seed question that fits, as it is asked. */
  readonly firstAnswerPrompt: Int32Array
}

/** What an evaluation will ask. */
export interface PlannedEvaluation {
  readonly set: string
  readonly questions: number
  readonly responses: number // of one evaluation
  readonly longestPrompt: number // tokens
  readonly every: number // training steps
}

/** What asks: the model's tokens, in the run's form. */
type Asking = Pick<TrainModel, 'tokenizer' | 'maxPositions'> & { readonly format: PromptFormat }

/**
 * Every check that needs no weights and writes no file: data files, known answers for reward
 * rule, room for prompts and new tokens, chat templates, the length of seeds and held-out questions, the user's
 * modules. Called before the weights are loaded and the run's folder is made.
 * @throws UserError saying which setting or file, and what to do
 */
export async function preflight(config: Config, described: Omit<Asking, 'format'>): Promise<Preflight> {
  const model = { ...described, format: await readPromptFormat(config.rollout) }
  const path = requirePaths(config).seeds
  const furtherSets = await readFurtherSets(config, model.format)
  const further = furtherSets.flatMap(({ set }) => set.items.map(({ problem }) => problem))
  const questions = await readQuestions(config, further)
  const { seeds, heldOut } = questions
  requireAnswers(config, seeds, path)
  requireRoom(config, model)
  const firstAnswerPrompt = firstFittingPrompt(config, model, seeds)
  const evaluations = planEvaluations(config, model, heldOut, furtherSets)
  const firstQuestionPrompt = await tryModules(config, ({ writer }) =>
    config.instruct.source === 'self' ? questionPrompt(config, model, seeds, writer) : null,
  )
  return {
    ...questions,
    format: model.format,
    furtherSets,
    evaluations,
    firstQuestionPrompt,
    firstAnswerPrompt,
  }
}

function requireAnswers({ reward }: Config, seeds: readonly Seed[], path: string): void {
  if (reward.kind !== 'rule') return
  const [line, ...others] = seeds.filter(({ answer }) => answer === undefined).map(({ id }) => id.replace('seed-', ''))
  if (line === undefined) return
  const shown = others.length > shownLines ? [...others.slice(0, shownLines), '...'] : others
  const more = others.length === 0 ? '' : `, nor on ${counted(others.length, 'other line')}: ${shown.join(', ')}`
  throw new UserError(`${path}:${line}: no "answer", which reward.kind = rule needs${more}`)
}

const shownLines = 10

/** Of every stage that will run: at least one position for a prompt. */
function requireRoom(config: Config, { maxPositions }: Asking): void {
  const { rollout, instruct, eval: evaluation } = config
  const asked: Record<string, number> = { 'rollout.maxNewTokens': rollout.maxNewTokens }
  if (instruct.source === 'self') asked['instruct.maxNewTokens'] = instruct.maxNewTokens
  if (evaluates(config) || evaluation.sets.length > 0) asked['eval.maxNewTokens'] = evaluation.maxNewTokens
  const problems = Object.entries(asked)
    .filter(([, tokens]) => tokens >= maxPositions)
    .map(([key, tokens]) => `${key} = ${tokens} leaves no room for a prompt: the model has ${maxPositions} positions`)
  if (problems.length > 0) throw new UserError(problems.join('\n'))
}

function firstFittingPrompt(config: Config, model: Asking, seeds: readonly Seed[]): Int32Array {
  const { maxPromptTokens, maxNewTokens } = config.rollout
  const longest = longestPrompt(config, model.maxPositions)
  let shortest = Number.POSITIVE_INFINITY
  for (const seed of seeds) {
    const tokens = questionTokens(config, model, seed.text)
    if (tokens.length <= longest) return tokens
    shortest = Math.min(shortest, tokens.length)
  }
  throw new UserError(
    `no seed question fits ${longest} tokens (the shortest has ${shortest}): raise rollout.maxPromptTokens = ` +
      `${maxPromptTokens}, or lower rollout.maxNewTokens = ${maxNewTokens} of the model's ${model.maxPositions} positions`,
  )
}

/** @throws UserError if a question does not fit */
function planEvaluations(
  config: Config,
  model: Asking,
  heldOut: readonly HeldOutItem[],
  furtherSets: readonly FurtherSet[],
): PlannedEvaluation[] {
  const { maxNewTokens } = config.eval
  const room = { maxPositions: model.maxPositions, maxNewTokens, setting: 'eval.maxNewTokens' }
  const source = (config.eval.path ?? config.seeds.path)!
  const main = { set: { name: heldOutName, source, items: heldOut }, format: model.format, every: config.eval.every }
  const asked = heldOut.length === 0 ? [] : [{ ...main, samples: 1 + config.eval.samples }]
  return [...asked, ...furtherSets].map(({ set, format, samples, every }) => ({
    set: set.name,
    questions: set.items.length,
    responses: set.items.length * samples,
    longestPrompt: longestQuestion(
      set.source,
      set.items,
      (problem) => questionTokens(config, { ...model, format }, problem),
      room,
    ),
    every,
  }))
}

const questionTokens = ({ rollout }: Config, { tokenizer, format }: Asking, text: string): Int32Array =>
  naming(`rollout.template = ${rollout.template}`, () => promptTokens(tokenizer, text, format))

/** As the first step draws it. */
async function questionPrompt(
  config: Config,
  model: Asking,
  seeds: readonly Seed[],
  writer: QuestionWriter | null,
): Promise<BuiltPrompt> {
  const random = createRandom([config.train.seed, 'propose', 1, 0])
  if (writer?.prompt == null) {
    naming(`instruct.template = ${config.instruct.template}`, () =>
      fewShotTokens(config.instruct, [seeds[0]!.text], model.tokenizer),
    )
  }
  return buildPrompt({ ...model, config: config.instruct, seeds, pool: emptyPool, random, step: 1, round: 0, writer })
}

/** Puts the setting in front of a user's error. */
function naming<T>(setting: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw cause instanceof UserError ? new UserError(`${setting}: ${cause.message}`, { cause }) : cause
  }
}

/** Loads the user's modules once, so that one that does not load is found now, and works with them. */
async function tryModules<T>(config: Config, work: (modules: UserModules) => T): Promise<Awaited<T>> {
  if (config.reward.answers === 'module') await (await openAnswerChecker(config)).close()
  const { modules, close } = await openModules(config)
  try {
    return await work(modules)
  } finally {
    await close()
  }
}

/** The seed questions that are left out wherever they are asked, and the number of tokens that they exceed. */
export function tooLongSeeds(config: Config, model: Asking, seeds: readonly Seed[]) {
  const longest = longestPrompt(config, model.maxPositions)
  return { longest, seeds: seeds.filter(({ text }) => questionTokens(config, model, text).length > longest) }
}
