import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { indexTexts } from '../filter/filter.ts'
import { counted } from '../log/counted.ts'
import { configFile, instructionsFile, seedsFile } from '../run/run-folder.ts'
import { type Answered, readAnswered } from './answered.ts'
import { createAncestry } from './credit.ts'
import { emptyCounts, type Outcomes, outcomeNames, outcomesOf } from './outcomes.ts'
import { type ProposalLine, proposalLines, type SeedLine, seedLines } from './run-lines.ts'
import { createStepSeries, type StepLineage } from './steps.ts'

/** What came of one seed. */
export interface SeedLineage {
  readonly id: string
  readonly text: string | null // null: the run's seeds.jsonl does not have it
  readonly children: Outcomes // proposals whose prompt contained it, each counted in full
  readonly direct: Outcomes // credit for them: 1 / number of examples of their prompts
  readonly inherited: Outcomes // credit for descendants through questions of the pool
}

/** Where a run's questions come from. Credit of all seeds and the untraced one add up to `total`. */
export interface Lineage {
  readonly run: string
  readonly near: number // ROUGE-L F above which two questions are near copies
  readonly total: Outcomes
  readonly seeds: readonly SeedLineage[]
  readonly untraced: Outcomes // credit that leads to no seed
  readonly steps: readonly StepLineage[]
  readonly notes: readonly string[] // sentences: what the figures lack
}

/**
 * Reads a run's files, line by line, and follows every proposal to its seeds.
 * @throws UserError if the folder is no run, or none that writes questions, or a file cannot be read
 */
export async function readLineage(run: string, near: number): Promise<Lineage> {
  requireProposals(run)
  const known = new Map<string, SeedLine>()
  if (existsSync(seedsFile(run))) for await (const seed of seedLines(run)) known.set(seed.id, seed)
  const answered = await readAnswered(run)
  const ancestry = createAncestry()
  for (const id of known.keys()) ancestry.addSeed(id)
  const steps = createStepSeries(indexTexts([...known.values()]), near)
  const total = emptyCounts()
  let unrecorded = 0
  for await (const line of proposalLines(run)) {
    const counts = countsOf(line, answered.get(line.id))
    for (const [i, count] of counts.entries()) total[i]! += count
    if (line.examples === undefined) unrecorded += 1
    ancestry.add(line.kept ? line.id : null, line.examples ?? [], counts)
    steps.add(line.step, line.text, line.kept)
  }
  const { seeds, untraced } = ancestry.credit()
  return {
    run,
    near,
    total: outcomesOf(total),
    seeds: [...seeds].map(([id, { children, direct, inherited }]) => ({
      id,
      text: known.get(id)?.text ?? null,
      children: outcomesOf(children),
      direct: outcomesOf(direct),
      inherited: outcomesOf(inherited),
    })),
    untraced: outcomesOf(untraced),
    steps: steps.end(),
    notes: [...unknownNotes(known.size, unrecorded), ...(await replacedNotes(run))],
  }
}

/** @returns [outcomes] 0 or 1, in the order of outcomeNames */
function countsOf({ kept, reason }: ProposalLine, answered: Answered | undefined): Float64Array {
  const holds: Record<(typeof outcomeNames)[number], boolean> = {
    proposals: true,
    accepted: kept,
    answered: answered !== undefined,
    inBand: answered?.inBand === true,
    trained: answered?.trained === true,
    ambiguous: answered?.ambiguous === true,
    leaking: reason === 'has-answer',
    duplicates: reason === 'duplicate',
    similar: reason === 'similar',
  }
  return Float64Array.from(outcomeNames, (name) => Number(holds[name]))
}

/** @throws UserError if the folder is no run, or its model has written no questions */
export function requireProposals(run: string): void {
  if (existsSync(instructionsFile(run))) return
  throw new UserError(
    existsSync(configFile(run))
      ? `${run} has no instructions.jsonl: its model has written no questions (with instruct.source = given it writes none)`
      : `${run} holds no run (no config.yaml): name the folder that serl train --out wrote`,
  )
}

function unknownNotes(seeds: number, unrecorded: number): string[] {
  const notes: string[] = []
  if (seeds === 0)
    notes.push('There is no seeds.jsonl, which older runs did not write: the drift from the seeds is not known.')
  if (unrecorded > 0) {
    notes.push(
      `${counted(unrecorded, 'proposal does', 'proposals do')} not say which examples stood in the prompt, as in older runs: they are credited to no seed.`,
    )
  }
  return notes
}

/** A resumed run may have had other seeds, with the same ids. */
async function replacedNotes(run: string): Promise<string[]> {
  const names = await readdir(run)
  const steps = names.flatMap((name) => /^seeds\.before-step-(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
  return steps.map(
    (step) =>
      `The seeds changed before step ${step}: until then an id means the line of seeds.before-step-${step}.jsonl, and is counted with the same id of seeds.jsonl.`,
  )
}
