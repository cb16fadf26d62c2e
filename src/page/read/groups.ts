import { z } from 'zod'
import { lineOf } from './line-of.ts'
import type { RunView } from './run-view.ts'
import type { AnswerRow, GroupDetail, GroupRow, Page, Place, StepRow } from './shapes.ts'
import { findTrained, type TrainedResponse } from './trained.ts'

const responseLine = z.object({
  text: z.string(),
  answer: z.string().nullable(),
  reward: z.number(),
  newTokens: z.number(),
  finishReason: z.string(),
})

const groupLine = z.object({
  id: z.string(),
  text: z.string(),
  source: z.string(),
  verdict: z.string(),
  rewardMean: z.number(),
  majority: z.string().nullable(),
  majorityShare: z.number(),
  votes: z.tuple([z.number(), z.number()]).nullable().catch(null), // older runs have none
  classes: z.number(),
  frozen: z
    .object({ majority: z.string().nullable(), votes: z.array(z.number()) })
    .nullable()
    .catch(null),
  responses: z.array(responseLine),
})

type GroupLine = z.output<typeof groupLine>

const rowsPerPage = 50
const bytesPerPage = 8 * 2 ** 20
const mostCharacters = 16_000 // of a question or a response
const mostTokens = 4096

/** Steps that answered questions; how many is known without reading the rollouts. */
export async function stepsOf(run: RunView): Promise<StepRow[]> {
  const sampled = run.metrics.column('groups.sampled')
  const groups = new Map(run.metrics.steps.map((step, row) => [step, sampled[row] ?? null]))
  return (await run.rolloutSteps()).map((step) => ({ step, groups: groups.get(step) ?? null }))
}

/** Questions answered in a step, from a line on. */
export async function groupsOf(run: RunView, step: number, from: number): Promise<Page<GroupRow>> {
  const index = run.rollouts(step)
  await index.refresh()
  const lines = await index.read(from, from + rowsPerPage, bytesPerPage)
  const rows = lines.flatMap((value, i) => {
    const { data } = groupLine.safeParse(value)
    return data === undefined ? [] : rowOf(data, { step, line: from + i })
  })
  const end = from + lines.length
  return { rows, next: lines.length > 0 && end < index.count ? end : null, total: index.count }
}

function rowOf(group: GroupLine, place: Place): GroupRow {
  const { id, source, verdict, majority, majorityShare, votes, classes, rewardMean, responses } = group
  return {
    ...place,
    ...{ id, source, verdict, majority, majorityShare, votes, classes, rewardMean },
    text: group.text.slice(0, mostCharacters),
    margin: votes && votes[0] - votes[1],
    responses: responses.length,
  }
}

/** A question with all its answers, and the advantage of every token where the step's batch was recorded. */
export async function groupOf(run: RunView, { step, line }: Place): Promise<GroupDetail | null> {
  const index = run.rollouts(step)
  await index.refresh()
  const { data } = groupLine.safeParse((await index.read(line, line + 1))[0])
  if (data === undefined) return null
  const trained = await findTrained(run, step, data.id)
  return {
    ...rowOf(data, { step, line }),
    answers: data.responses.map((response, i) => answerRow(response, trained.responses.get(i))),
    trainedAt: trained.step,
    recorded: trained.recorded,
    tally: tallyOf(data),
    frozen: data.frozen,
  }
}

function answerRow(response: z.output<typeof responseLine>, trained: TrainedResponse | undefined): AnswerRow {
  const { text, answer, reward, newTokens, finishReason } = response
  return {
    ...{ answer, reward, newTokens, finishReason },
    text: text.slice(0, mostCharacters),
    isCut: text.length > mostCharacters || (trained?.tokens.length ?? 0) > mostTokens,
    tokens: trained?.tokens.slice(0, mostTokens) ?? null,
    advantages: trained?.advantages.slice(0, mostTokens) ?? null,
  }
}

/** How often each answer was given, the most frequent first. The run may have merged equal ones: see `votes`. */
function tallyOf({ responses }: GroupLine): GroupDetail['tally'] {
  const counts = new Map<string | null, number>()
  for (const { answer } of responses) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return [...counts].map(([answer, votes]) => ({ answer, votes })).sort((a, b) => b.votes - a.votes)
}

const mostSteps = 12 // that a proposal may wait before it is answered, and a little more

/** Where a question of this id was answered, from its own step on. */
export async function placesOf(run: RunView, id: string, step: number): Promise<Place[]> {
  const steps = (await run.rolloutSteps()).filter((other) => other >= step).slice(0, mostSteps)
  const places: Place[] = []
  for (const each of steps) {
    const index = run.rollouts(each)
    await index.refresh()
    const line = await lineOf(index, id)
    if (line !== null) places.push({ step: each, line })
  }
  return places
}
