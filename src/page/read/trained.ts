import { existsSync } from 'node:fs'
import { z } from 'zod'
import { trainedFolder } from '../../run/run-folder.ts'
import { lineOf } from './line-of.ts'
import type { RunView } from './run-view.ts'

const responseLine = z.object({
  index: z.int(),
  tokens: z.array(z.string()),
  advantages: z.array(z.number().nullable()),
})

const trainedLine = z.object({ step: z.number(), sampled: z.number(), responses: z.array(responseLine) })

export type TrainedResponse = z.output<typeof responseLine>

export interface Trained {
  readonly step: number | null // null: not trained on
  readonly recorded: boolean // whether the run recorded it at all
  readonly responses: ReadonlyMap<number, TrainedResponse> // by their place in the group
}

const mostWaiting = 32 // steps; rollout.maxStaleness is far below it

/** What was trained of a question that was answered in a step: in that step's batch, or in that of a later one. */
export async function findTrained(run: RunView, sampled: number, id: string): Promise<Trained> {
  const nothing = { step: null, recorded: existsSync(trainedFolder(run.folder)), responses: new Map() }
  if (!nothing.recorded) return nothing
  const last = run.metrics.steps.at(-1) ?? sampled
  for (let step = sampled; step <= Math.min(last + 1, sampled + mostWaiting); step++) {
    const index = run.trained(step)
    await index.refresh()
    const line = await lineOf(index, id)
    if (line === null) continue
    const { data } = trainedLine.safeParse((await index.read(line, line + 1))[0])
    if (data?.sampled !== sampled) continue
    return { step, recorded: true, responses: new Map(data.responses.map((each) => [each.index, each])) }
  }
  return nothing
}
