import { requirePaths } from '../config/check.ts'
import { readLayers } from '../config/layers.ts'
import { resolveConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Verdict } from '../filter/filter.ts'
import { collectInstructions } from '../instruct/collect.ts'
import type { Proposal } from '../instruct/propose.ts'
import { readSeeds } from '../instruct/seeds.ts'
import { statusLine } from '../log/console.ts'
import type { TrainModel } from '../train/model.ts'
import { noInstruction } from '../train/nothing-acceptable.ts'
import { describeModel, openModel, requireTrainable, trainModel } from '../train/open-model.ts'
import { flagLayers, type SettingFlags } from './config-layers.ts'
import { interruptSignal } from './interrupt.ts'
import { type JsonlOutput, openJsonlOutput, printSummary } from './jsonl-output.ts'

interface InstructFlags extends SettingFlags {
  readonly model: string
  readonly seeds: string
  readonly output?: string
  readonly proposals?: string
  readonly config?: string
  readonly count: number
}

/** `serl instruct`. */
export async function instructCommand(flags: InstructFlags): Promise<number> {
  const base = flags.config === undefined ? [] : await readLayers(flags.config)
  const config = resolveConfig([...base, ...flagLayers(flags)])
  const paths = requirePaths(config)
  const seeds = await readSeeds(paths.seeds)
  const described = await describeModel(paths.model)
  requireTrainable(described)
  const output = await openJsonlOutput(flags.output, flags.json ?? false)
  const proposals = flags.proposals === undefined ? null : await openJsonlOutput(flags.proposals, false)
  const model = trainModel(await openModel(described, { ...config.model, path: paths.model }, false))
  const interrupt = interruptSignal('stopping: what was accepted is kept')
  interrupt.signal.addEventListener('abort', () => model.engine.cancel())
  try {
    const summary = await collect(model, seeds, config, { flags, output, proposals, signal: interrupt.signal })
    const rejected = Object.entries(summary.reasons).map(([reason, count]) => `${count} ${reason}`)
    const dropped = rejected.length === 0 ? '' : `; dropped: ${rejected.join(', ')}`
    printSummary(summary, `${summary.accepted} of ${summary.proposed} proposed questions accepted${dropped}`, flags)
    return interrupt.signal.aborted ? 130 : 0
  } finally {
    interrupt.release()
    await output.close()
    await proposals?.close()
    await model.engine.close()
  }
}

interface Collection {
  readonly flags: Pick<InstructFlags, 'count' | 'quiet'>
  readonly output: JsonlOutput
  readonly proposals: JsonlOutput | null // every proposal with its verdict
  readonly signal: AbortSignal
}

/**
 * Writes accepted questions as they are found.
 * @throws NothingAcceptable when the search ends before `count` are found
 */
export async function collect(
  model: TrainModel,
  seeds: Awaited<ReturnType<typeof readSeeds>>,
  config: Config,
  { flags, output, proposals, signal }: Collection,
) {
  const started = performance.now()
  const status = statusLine(flags.quiet ?? false)
  const search = { proposeRounds: 0, proposals: [] as string[], lastRejected: [] as { text: string; reason: string }[] }
  const reasons: Record<string, number> = {}
  let accepted = 0
  let newTokens = 0
  const rounds = collectInstructions({
    ...model,
    ...config,
    seeds,
    seed: config.train.seed,
    count: flags.count,
    maxIdleRounds: config.instruct.maxRounds,
    signal,
    onProgress: (done, count) => status.show('questions', done, count),
  })
  for await (const round of rounds) {
    const rejected = round.verdicts.filter((verdict) => !verdict.kept)
    for (const { reason } of rejected) reasons[reason!] = (reasons[reason!] ?? 0) + 1
    search.proposeRounds += 1
    search.proposals.push(...round.verdicts.map((verdict) => verdict.proposal.text))
    search.lastRejected.push(...rejected.map(({ proposal, reason }) => ({ text: proposal.text, reason: reason! })))
    search.lastRejected.splice(0, search.lastRejected.length - 5)
    accepted += round.accepted.length
    newTokens += round.newTokens
    await output.write(round.accepted.map(acceptedLine))
    await proposals?.write(round.verdicts.map(proposalLine))
  }
  status.clear()
  if (accepted < flags.count && !signal.aborted) throw noInstruction(search, { found: accepted, wanted: flags.count })
  const seconds = (performance.now() - started) / 1000
  const { proposeRounds, proposals: proposed } = search
  return { accepted, proposed: proposed.length, rounds: proposeRounds, reasons, newTokens, seconds }
}

const acceptedLine = ({ proposal: { id, text }, rougeL, nearest }: Verdict<Proposal>): object => ({
  ...{ id, text, rougeL, nearest },
})

const proposalLine = ({ proposal: { id, text }, kept, reason, rougeL, nearest }: Verdict<Proposal>): object => ({
  ...{ id, text, kept, reason, rougeL, nearest },
})
