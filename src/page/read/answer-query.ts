import { z } from 'zod'
import { ancestryOf } from './ancestry.ts'
import { curvesOf } from './curves.ts'
import { groupOf, groupsOf, placesOf, stepsOf } from './groups.ts'
import { guardsOf } from './guards.ts'
import { findProposal, proposalsOf } from './proposals.ts'
import type { RunView } from './run-view.ts'
import { settingsOf } from './settings.ts'
import type { Answers, Proposal, QueryName } from './shapes.ts'
import { summaryOf } from './summary.ts'
import { traceOf } from './trace.ts'

const count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
const list = (most: number) =>
  z
    .string()
    .max(4000)
    .transform((text) => text.split(',').slice(0, most))
const run = z.strictObject({ run: count })

const schemas = {
  runs: z.strictObject({}),
  curves: z.strictObject({ run: count, keys: list(100) }),
  guards: run,
  settings: z.strictObject({ runs: list(24).pipe(z.array(count)) }),
  proposals: z.strictObject({
    run: count,
    step: count.optional(),
    verdict: z.string().max(100).optional(),
    text: z.string().max(200).optional(),
    from: count.default(0),
  }),
  proposal: z.strictObject({ run: count, id: z.string().max(200) }),
  steps: run,
  groups: z.strictObject({ run: count, step: count, from: count.default(0) }),
  group: z.strictObject({ run: count, step: count, line: count }),
  trace: run,
}

type Params<Name extends QueryName> = z.output<(typeof schemas)[Name]>

/** A query that names nothing that there is. */
export class NotFound extends Error {}
/** A query that cannot be understood; the message says why. */
export class BadQuery extends Error {}

type Handlers = { [Name in QueryName]: (params: Params<Name>) => Promise<Answers[Name]> }

/** Answers the page's queries, `curves?run=0&keys=loss`, from run folders and nothing else. */
export interface Reader {
  /** @throws NotFound, BadQuery */
  answer<Name extends QueryName>(name: Name, params: Readonly<Record<string, string>>): Promise<Answers[Name]>
}

export function openReader(runs: readonly RunView[]): Reader {
  const handlers = handlersFor(runs)
  return {
    answer: async (name, given) => {
      const { data, error } = schemas[name].safeParse(given)
      if (error !== undefined) throw new BadQuery(z.prettifyError(error))
      return handlers[name](data as never)
    },
  }
}

export const isQueryName = (name: string): name is QueryName => Object.hasOwn(schemas, name)

function handlersFor(runs: readonly RunView[]): Handlers {
  const view = async (index: number): Promise<RunView> => {
    const found = runs[index]
    if (found === undefined) throw new NotFound(`there is no run ${index}`)
    await found.metrics.refresh()
    return found
  }
  return {
    runs: () => Promise.all(runs.map(summaryOf)),
    curves: async ({ run, keys }) => curvesOf(await view(run), keys),
    guards: async ({ run }) => guardsOf(await view(run)),
    settings: async ({ runs: asked }) => settingsOf(await Promise.all(asked.map(view))),
    proposals: async ({ run, ...filter }) => proposalsOf(await view(run), filter),
    proposal: async ({ run, id }) => proposalOf(await view(run), id),
    steps: async ({ run }) => stepsOf(await view(run)),
    groups: async ({ run, step, from }) => groupsOf(await view(run), step, from),
    group: async ({ run, step, line }) => {
      const group = await groupOf(await view(run), { step, line })
      if (group === null) throw new NotFound(`step ${step} has no question in line ${line}`)
      return group
    },
    trace: async ({ run }) => traceOf(await view(run)),
  }
}

async function proposalOf(run: RunView, id: string): Promise<Proposal> {
  const row = await findProposal(run, id)
  if (row === null) throw new NotFound(`the run has no proposal ${id}`)
  const answered = row.verdict === 'accepted' ? await placesOf(run, id, row.step) : []
  return { ...row, ancestry: await ancestryOf(run, row), answered }
}
