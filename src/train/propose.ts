import { indexTexts, type Verdict } from '../filter/filter.ts'
import type { Proposal } from '../instruct/propose.ts'
import { instructRound } from '../instruct/round.ts'
import { noYields, seedsInUse } from '../instruct/yields.ts'
import { createRandom } from '../random.ts'
import type { Question } from '../rollout/group.ts'
import type { QueuedQuestion, TrainState } from '../run/train-state.ts'
import { Interrupted, stopIfAsked, type TrainContext } from './context.ts'
import { countsYields } from './count-yields.ts'
import type { Tally } from './tally.ts'

/**
 * Questions to answer in one round: the model's own, seeds, or both (rollout.seedShare).
 * @param count wanted; fewer where instruct.maxRounds, or the seeds of a pass, do not give as many
 */
export async function propose(
  context: TrainContext,
  state: TrainState,
  tally: Tally,
  count: number,
): Promise<Question[]> {
  const { instruct, rollout } = context.config
  const fromSeeds = instruct.source === 'given' ? count : Math.round(rollout.seedShare * count)
  const seeds = nextSeeds(context, state, fromSeeds)
  if (fromSeeds === count) return seeds
  return [...seeds, ...(await proposeAndFilter(context, state, tally, count - fromSeeds))]
}

/**
 * Questions that the model wrote: those that wait, then new ones, as many rounds of self-instruction as it takes.
 * @returns `count` of them; fewer, or none, where instruct.maxRounds were not enough
 * @throws Interrupted
 */
async function proposeAndFilter(
  context: TrainContext,
  state: TrainState,
  tally: Tally,
  count: number,
): Promise<Question[]> {
  const { reporter } = context
  const { instruct } = context.config
  const waiting = state.queuedQuestions.filter(({ step }) => step >= state.step - instruct.maxStaleness)
  state.queuedQuestions = waiting
  const { rounds } = tally.search
  while (!tally.searched && waiting.length < count && tally.search.rounds < rounds + instruct.maxRounds) {
    waiting.push(...(await oneRound(context, state, tally)))
  }
  if (waiting.length < count) tally.searched = true
  if (tally.searched && tally.search.accepted === 0 && waiting.length === 0) {
    const reasons = tally.search.lastRejected.map(({ reason }) => reason).join(', ')
    reporter.note(`the model wrote no acceptable question in ${tally.search.rounds} rounds; the last were: ${reasons}`)
  }
  return waiting.splice(0, count).map(({ step: _, ...question }) => question)
}

/** Every proposal is logged; the accepted ones are returned. */
async function oneRound(context: TrainContext, state: TrainState, tally: Tally): Promise<QueuedQuestion[]> {
  const { config, model, seeds, known, neverTrained, folder, reporter, signal, writer, questionFilter } = context
  stopIfAsked(context)
  const { search } = tally
  const yields = state.yields ?? noYields
  const retired = config.instruct.retireAfter === null ? [] : yields.retired
  const droppedBefore = search.examplesDropped
  tally.batch ??= indexTexts(state.queuedQuestions)
  const round = {
    engine: model.engine,
    tokenizer: model.tokenizer,
    config: config.instruct,
    writer,
    filter: config.filter,
    questionFilter,
    seeds: seedsInUse(seeds, retired, config.instruct.examples),
    yields,
    pool: state.pool,
    known: known.index(state.pool),
    batch: tally.batch,
    asked: new Set([...state.asked, ...neverTrained]),
    random: createRandom([config.train.seed, 'propose', state.step, search.rounds]),
    eosTokenIds: Array.from(model.stopTokens),
    maxPositions: model.maxPositions,
    step: state.step,
    round: search.rounds,
    signal,
    onProgress: (done: number, total: number) => reporter.progress('asking for questions', done, total),
  }
  const verdicts = await instructRound(round, search)
  if (verdicts === null) throw new Interrupted()
  await folder.instructions(verdicts.map((verdict) => instructionLine(state.step, verdict)))
  const dropped = search.examplesDropped
  if (dropped > 0 && droppedBefore === 0) {
    reporter.note(`${dropped} examples left out of the prompts for questions: longer than instruct.maxNewTokens allows`)
  }
  stopIfAsked(context)
  const accepted = verdicts.filter((verdict) => verdict.accepted)
  return accepted.map(({ proposal: { id, text, source, examples } }) => ({
    ...{ id, text, source, step: state.step },
    ...(countsYields(config) && { examples }),
  }))
}

/** The next `count` seed questions: each once per pass, in a new random order each pass. A round ends where a pass does. */
function nextSeeds({ config, seeds }: TrainContext, state: TrainState, count: number): Question[] {
  const questions: Question[] = []
  while (questions.length < count) {
    const pass = Math.floor(state.givenTaken / seeds.length)
    const order = createRandom([config.train.seed, 'given', pass]).shuffle(seeds)
    const seed = order[state.givenTaken % seeds.length]!
    questions.push({ ...seed, id: `${seed.id}/${pass}` })
    state.givenTaken += 1
    if (state.givenTaken % seeds.length === 0) break
  }
  return questions
}

/** One line of instructions.jsonl. */
const instructionLine = (step: number, { proposal, accepted, reason, rougeL, nearest }: Verdict<Proposal>): object => ({
  step,
  id: proposal.id,
  text: proposal.text,
  kept: accepted,
  reason,
  rougeL,
  nearest,
  examples: proposal.examples,
})
