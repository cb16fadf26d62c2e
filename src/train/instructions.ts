import { filterInstructions, indexTexts, type Verdict } from '../filter/filter.ts'
import { type Proposal, propose } from '../instruct/propose.ts'
import { createRandom } from '../random.ts'
import type { Instruction } from '../rollout/group.ts'
import type { QueuedInstruction, TrainState } from '../run/train-state.ts'
import { type Run, stopIfAsked } from './run.ts'
import type { Tally } from './tally.ts'

/**
 * The questions of one round of rollouts: what waits from before, then new ones; or the seed questions themselves.
 * @returns rollout.promptsPerRound of them; fewer, or none, where instruct.maxRounds were not enough
 */
export async function freshInstructions(run: Run, state: TrainState, tally: Tally): Promise<Instruction[]> {
  const { instruct, rollout } = run.config
  if (instruct.source === 'given') return givenInstructions(run, state)
  state.queuedInstructions = state.queuedInstructions.filter(({ step }) => step >= state.step - instruct.maxStaleness)
  for (
    let asked = 0;
    state.queuedInstructions.length < rollout.promptsPerRound && asked < instruct.maxRounds;
    asked++
  ) {
    stopIfAsked(run)
    state.queuedInstructions.push(...(await askForQuestions(run, state, tally)))
    stopIfAsked(run)
  }
  return state.queuedInstructions.splice(0, rollout.promptsPerRound).map(({ step: _, ...rest }) => rest)
}

/** The next seed questions: every one once, in an order of each pass's own. A round ends where a pass does. */
function givenInstructions(run: Run, state: TrainState): Instruction[] {
  const { config, seeds } = run
  const instructions: Instruction[] = []
  do {
    const pass = Math.floor(state.givenTaken / seeds.length)
    const order = createRandom([config.train.seed, 'given', pass]).shuffle(seeds)
    const seed = order[state.givenTaken % seeds.length]!
    instructions.push({ ...seed, id: `${seed.id}/${pass}` })
    state.givenTaken += 1
  } while (instructions.length < config.rollout.promptsPerRound && state.givenTaken % seeds.length !== 0)
  return instructions
}

/** One round of self-instruction, and what of it passes rules and ROUGE-L. Every proposal is logged. */
async function askForQuestions(run: Run, state: TrainState, tally: Tally): Promise<QueuedInstruction[]> {
  const { config, model, seeds, known, folder, reporter } = run
  const round = tally.proposeRounds
  tally.proposeRounds += 1
  const proposed = await propose({
    engine: model.engine,
    tokenizer: model.tokenizer,
    config: config.instruct,
    seeds,
    pool: state.pool,
    random: createRandom([config.train.seed, 'propose', state.step, round]),
    eosTokenIds: Array.from(model.stopTokens),
    maxPositions: model.maxPositions,
    step: state.step,
    round,
    onProgress: (done, total) => reporter.progress('asking for questions', done, total),
  })
  stopIfAsked(run) // a cancelled generation proposes nothing to judge
  tally.batch ??= indexTexts(state.queuedInstructions)
  const options = { config: config.filter, known: known.index(state.pool), batch: tally.batch }
  const verdicts = filterInstructions(proposed.proposals, options)
  await folder.instructions(verdicts.map((verdict) => instructionLine(state.step, verdict)))
  const accepted = verdicts.filter((verdict) => verdict.kept).map(({ proposal }) => queued(proposal, state.step))
  countProposals(tally, proposed.newTokens, verdicts)
  noteDropped(run, tally, proposed.examplesDropped)
  return accepted
}

/** Once a step. */
function noteDropped({ reporter }: Run, tally: Tally, dropped: number): void {
  if (dropped > 0 && tally.examplesDropped === 0) {
    reporter.note(`${dropped} examples left out of the prompts for questions: too long beside instruct.maxNewTokens`)
  }
  tally.examplesDropped += dropped
}

function countProposals(tally: Tally, newTokens: number, verdicts: readonly Verdict<Proposal>[]): void {
  tally.tokensGenerated += newTokens
  tally.proposals.push(...verdicts.map((verdict) => verdict.proposal.text))
  tally.accepted += verdicts.filter((verdict) => verdict.kept).length
  const rejected = verdicts.filter((verdict) => !verdict.kept)
  tally.lastRejected.push(...rejected.map(({ proposal, reason }) => ({ text: proposal.text, reason: reason! })))
  tally.lastRejected.splice(0, tally.lastRejected.length - 5)
}

const queued = ({ id, text, source }: Proposal, step: number): QueuedInstruction => ({ id, text, source, step })

/** One line of instructions.jsonl. */
const instructionLine = (step: number, { proposal, kept, reason, rougeL, nearest }: Verdict<Proposal>): object => ({
  step,
  id: proposal.id,
  text: proposal.text,
  kept,
  reason,
  rougeL,
  nearest,
})
