import { type GuardName, guardSchema } from '../../config/guard-schema.ts'
import { settings } from '../../config/keys.ts'
import type { Config } from '../../config/schema.ts'
import { measures, watch } from '../../guard/guards.ts'
import { type StepMetrics, stepMetrics } from '../../log/metrics.ts'
import type { RunView } from './run-view.ts'
import { readConfig } from './settings.ts'
import type { GuardRow } from './shapes.ts'

const mostTrips = 20

/** What each guard saw, by the run's own rules, played over its metrics. */
export async function guardsOf(run: RunView): Promise<GuardRow[]> {
  const config = await readConfig(run)
  const parsed = guardSchema.safeParse(config?.guard ?? {})
  const guards: Config['guard'] = parsed.success ? parsed.data : guardSchema.parse({})
  const { steps } = run.metrics
  const names = Object.keys(measures) as GuardName[]
  const columns = names.map((name) => run.metrics.column(measures[name]))
  const trips = new Map<GuardName, number[]>(names.map((name) => [name, []]))
  let streaks: Parameters<typeof watch>[2] = {}
  for (const [row, step] of steps.entries()) {
    const line = Object.fromEntries(names.map((name, g) => [measures[name], columns[g]![row]]))
    const watched = watch(stepMetrics({ ...(line as Partial<StepMetrics>), step }), guards, streaks)
    streaks = watched.streaks
    for (const { guard, isNew } of watched.trips) if (isNew) trips.get(guard)!.push(step)
  }
  return names.map((name, g) => {
    const last = columns[g]!.findLastIndex((value) => value !== null)
    return {
      name,
      key: measures[name],
      what: (settings.get(`guard.${name}`) ?? '').replace(/^guard on /, ''),
      ...guards[name],
      latest: columns[g]![last] ?? null,
      latestStep: steps[last] ?? null,
      streak: streaks[name] ?? 0,
      trips: trips.get(name)!.slice(0, mostTrips),
    }
  })
}
