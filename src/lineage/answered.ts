import { existsSync } from 'node:fs'
import { metricsFile } from '../run/run-folder.ts'
import { type AnsweredLine, answeredLines, metricsLines, rolloutSteps } from './run-lines.ts'

/** What became of an answered question. */
export interface Answered {
  readonly inBand: boolean
  readonly ambiguous: boolean
  trained: boolean
}

/** What a step's metrics say of the questions inside the band that waited for it. */
interface StepSizes {
  readonly trained: number
  readonly expired: number
}

/** The model's own questions that were answered, by id. Their responses are read, but not kept. */
export async function readAnswered(run: string): Promise<ReadonlyMap<string, Answered>> {
  const sizes = await readSizes(run)
  const answeredIn = new Set(await rolloutSteps(run))
  const steps = [...new Set([...sizes.keys(), ...answeredIn])].sort((a, b) => a - b)
  const own = new Map<string, Answered>()
  let waiting: Answered[] = [] // inside the band, not trained on yet, the oldest first
  for (const step of steps) {
    const { trained, expired } = sizes.get(step) ?? { trained: 0, expired: 0 }
    waiting = waiting.slice(expired)
    for await (const line of answeredIn.has(step) ? answeredLines(run, step) : []) {
      const entry = { inBand: line.verdict === 'kept', ambiguous: isAmbiguous(line), trained: false }
      if (line.source === 'self') own.set(line.id, entry)
      if (entry.inBand) waiting.push(entry) // a seed question has its place in the batch, too
    }
    // the batch is the first of those that waited and those just kept: takeStep in train/loop.ts
    for (const entry of waiting.splice(0, trained)) entry.trained = true
  }
  return own
}

/** Undecided, or as many votes for the second answer as for the first. */
const isAmbiguous = ({ verdict, votes: [top, second] = [0, 0] }: AnsweredLine): boolean =>
  verdict === 'undecided' || (top > 0 && top === second)

/** By step; one that was not completed has none. */
async function readSizes(run: string): Promise<Map<number, StepSizes>> {
  const sizes = new Map<number, StepSizes>()
  if (!existsSync(metricsFile(run))) return sizes
  for await (const line of metricsLines(run)) {
    sizes.set(line.step, { trained: line['groups.trained'] ?? 0, expired: line['groups.expired'] ?? 0 })
  }
  return sizes
}
