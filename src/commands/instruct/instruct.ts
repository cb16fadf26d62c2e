import { resolve } from 'node:path'
import { requirePaths } from '../../config/check.ts'
import { readLayers } from '../../config/read-settings.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { Config } from '../../config/schema.ts'
import { UserError } from '../../errors.ts'
import type { Verdict } from '../../filter/filter.ts'
import { openQuestionFilter } from '../../filter/question-filter.ts'
import { type Reason, reasonKind } from '../../filter/rules.ts'
import { type CollectContext, type CollectedRound, collectQuestions } from '../../instruct/collect.ts'
import { emptyPool } from '../../instruct/pool.ts'
import { buildPrompt, type Proposal } from '../../instruct/propose.ts'
import { openQuestionWriter } from '../../instruct/question-writer.ts'
import { newSearch } from '../../instruct/round.ts'
import { counted } from '../../log/counted.ts'
import { statusLine } from '../../log/status-line.ts'
import { describeModel, requireTrainable, trainModel } from '../../model/open-model.ts'
import type { TrainModel } from '../../model/train-model.ts'
import { createRandom } from '../../random.ts'
import { readSeeds, type Seed } from '../../seeds/read-seeds.ts'
import { NothingAcceptable, noQuestion } from '../../train/nothing-acceptable.ts'
import { openAll } from '../../user-module/open-all.ts'
import { flagLayers } from '../command-line/given-settings.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { type JsonlOutput, printSummary, withJsonlOutput } from '../shared/jsonl-output.ts'
import { openShown } from '../shared/open-shown.ts'
import type { InstructFlags } from './flags.ts'

/** `serl instruct`. */
export async function instructCommand(flags: InstructFlags): Promise<number> {
  const base = flags.config === undefined ? [] : await readLayers(flags.config)
  const config = resolveConfig([...base, ...flagLayers(flags)])
  requireNoYields(config)
  const paths = requirePaths(config)
  const seeds = await readSeeds(paths.seeds)
  const described = await describeModel(paths.model, config.rollout.date)
  warnOfEos(described, flags)
  const { tokenizer } = requireTrainable(described)
  const maxPositions = described.checkpoint.config.maxPositionEmbeddings
  const read = [paths.seeds, config.instruct.module, config.filter.module, flags.config]
  const inputs = read.filter((path) => path != null)
  if (flags.proposals !== undefined && flags.output !== undefined && resolve(flags.proposals) === resolve(flags.output))
    throw new UserError(`--output and --proposals are both ${flags.output}: give another name`)
  const { modules, close } = await openAll({
    writer: () => openQuestionWriter(config.instruct),
    questionFilter: () => openQuestionFilter(config.filter),
  })
  const interrupt = interruptSignal('stopping: accepted questions are kept')
  const { signal } = interrupt
  const settings = { ...config.model, path: paths.model, kvCacheGiB: config.model.kvCacheGiB ?? 4 }
  const open = async () => trainModel(await openShown(described, settings, flags))
  try {
    // whether a prompt fits is known before the weights are loaded
    const random = createRandom([config.train.seed, 'instruct', 0])
    const first = {
      tokenizer,
      maxPositions,
      config: config.instruct,
      seeds,
      pool: emptyPool,
      random,
      step: 0,
      round: 0,
    }
    await buildPrompt({ ...first, writer: modules.writer })
    const summary = await withJsonlOutput(flags.output, { json: flags.json, inputs }, (output) =>
      withProposals(flags.proposals, inputs, (proposals) =>
        collectFrom(open, seeds, { ...config, ...modules }, { flags, output, proposals, signal }),
      ),
    )
    if (summary instanceof NothingAcceptable) throw summary
    printSummary(summary, summaryText(summary), flags)
    return signal.aborted ? 130 : 0
  } finally {
    interrupt.release()
    await close()
  }
}

/** @throws UserError where examples are to be chosen, or retired, by what came of the answers to their children */
function requireNoYields({ instruct: { choose, retireAfter } }: Config): void {
  const needs = (key: string, value: unknown, instead: string): string =>
    `instruct.${key} = ${value} needs answers, and serl instruct answers no question: set instruct.${key}=${instead}`
  const problems = [
    ...(choose === 'uniform' ? [] : [needs('choose', choose, 'uniform')]),
    ...(retireAfter === null ? [] : [needs('retireAfter', retireAfter, 'null')]),
  ]
  if (problems.length > 0) throw new UserError(problems.join('\n'))
}

/** Accepted and rejected questions add up to the proposed ones. */
function summaryText({ accepted, proposed, reasons, seconds }: Summary): string {
  const { [notNeeded]: surplus = 0, ...others } = reasons
  const rejected = Object.entries(others).map(([reason, count]) => `${count} ${reason}`)
  return [
    `${accepted} of ${counted(proposed, 'proposed question')} accepted in ${seconds.toFixed(1)} s`,
    ...(rejected.length === 0 ? [] : [`rejected: ${rejected.join(', ')}`]),
    ...(surplus === 0 ? [] : [`no longer needed: ${surplus}`]),
  ].join('; ')
}

const withProposals = <T>(
  path: string | undefined,
  inputs: readonly string[],
  work: (proposals: JsonlOutput | null) => Promise<T>,
): Promise<T> => (path === undefined ? work(null) : withJsonlOutput(path, { inputs }, work))

/** Settings, and the user's own modules. */
type CollectConfig = Config & Pick<CollectContext, 'writer' | 'questionFilter'>

/** A search that ends early is returned, not thrown: what it found, and why the rest was rejected, is kept. */
async function collectFrom(
  open: () => Promise<TrainModel>,
  seeds: readonly Seed[],
  config: CollectConfig,
  collection: Collection,
) {
  const model = await open()
  const cancel = (): void => model.engine.cancel()
  collection.signal.addEventListener('abort', cancel)
  try {
    return await collect(model, seeds, config, collection)
  } catch (error) {
    if (!(error instanceof NothingAcceptable)) throw error
    if (collection.output.count() === 0) await collection.output.abandon()
    return error
  } finally {
    collection.signal.removeEventListener('abort', cancel)
    await model.engine.close()
  }
}

interface Collection {
  readonly flags: Pick<InstructFlags, 'count' | 'quiet'>
  readonly output: JsonlOutput
  readonly proposals: JsonlOutput | null // every proposal with its verdict
  readonly signal: AbortSignal
}

// the reason of a question that passed the filters when there were enough
const notNeeded = 'not-needed'

/** What `serl instruct` did. */
export interface Summary {
  readonly accepted: number
  readonly proposed: number // accepted, and those of every reason
  readonly rounds: number
  readonly reasons: Readonly<Record<string, number>> // why proposals were not accepted; those of a module together
  readonly newTokens: number
  readonly examplesDropped: number
  readonly seconds: number
}

/**
 * Writes accepted questions as they are found.
 * @throws NothingAcceptable when the search ends before `count` are found
 */
export async function collect(
  model: TrainModel,
  seeds: readonly Seed[],
  config: CollectConfig,
  { flags, output, proposals, signal }: Collection,
): Promise<Summary> {
  const started = performance.now()
  const status = statusLine(flags.quiet ?? false)
  const search = newSearch()
  const reasons: Record<string, number> = {}
  let accepted = 0
  const collecting = {
    ...model,
    ...config,
    seeds,
    seed: config.train.seed,
    count: flags.count,
    maxIdleRounds: config.instruct.maxRounds,
    signal,
    onProgress: (done: number, count: number) => status.show('questions', done, count),
  }
  for await (const round of collectQuestions(collecting, search)) {
    const outcomes = outcomesOf(round)
    for (const { reason } of outcomes) {
      if (reason === null) continue
      const kind = reason === notNeeded ? notNeeded : reasonKind(reason)
      reasons[kind] = (reasons[kind] ?? 0) + 1
    }
    accepted += round.taken.length
    await output.write(round.taken.map(acceptedLine))
    await proposals?.write(outcomes.map(proposalLine))
  }
  status.clear()
  if (accepted < flags.count && !signal.aborted) throw noQuestion(search, { found: accepted, wanted: flags.count })
  const seconds = (performance.now() - started) / 1000
  const { rounds, proposals: proposed, newTokens, examplesDropped } = search
  return { accepted, proposed: proposed.length, rounds, reasons, newTokens, examplesDropped, seconds }
}

/** A proposal with what became of it. */
type ProposalOutcome = Omit<Verdict<Proposal>, 'reason'> & { readonly reason: Reason | typeof notNeeded | null }

/** The verdicts, except that a question which passed the filters and was not taken is not accepted. */
function outcomesOf({ verdicts, taken }: CollectedRound): ProposalOutcome[] {
  const wanted = new Set(taken)
  return verdicts.map((verdict) =>
    verdict.accepted && !wanted.has(verdict) ? { ...verdict, accepted: false, reason: notNeeded } : verdict,
  )
}

const acceptedLine = ({ proposal: { id, text }, rougeL, nearest }: Verdict<Proposal>): object => ({
  ...{ id, text, rougeL, nearest },
})

const proposalLine = ({ proposal, accepted, reason, rougeL, nearest }: ProposalOutcome): object => {
  const { id, text, examples } = proposal
  return { id, text, kept: accepted, reason, rougeL, nearest, examples }
}
