import { existsSync } from 'node:fs'
import { UserError } from '../../errors.ts'
import { counted } from '../../log/counted.ts'
import { findRuns, type NamedRun } from '../../page/read/find-runs.ts'
import { readAssets } from '../../page/serve/assets.ts'
import { type Serving, servePage } from '../../page/serve/serve.ts'
import type { DashboardFlags } from './flags.ts'

const usualPort = 7410

/** `serl dashboard [RUN...]`: serves the page until it is told to stop. */
export async function dashboardCommand(paths: readonly string[], flags: DashboardFlags): Promise<number> {
  if (paths.length === 0 && !existsSync('runs'))
    throw new UserError('there is no folder runs here: name the folder of a run, as serl dashboard RUN')
  const runs = await findRuns(paths.length === 0 ? ['runs'] : paths, flags.wait)
  const serving = await openAt(runs, flags)
  const ended = untilTold(flags.untilStdinEnds ?? false)
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ address: serving.address, runs: runs.map(({ name }) => name) })}\n`)
  else if (!flags.quiet)
    process.stdout.write(`${counted(runs.length, 'run')} on ${serving.address}  (Ctrl-C ends it)\n`)
  await ended
  await serving.close()
  return 0
}

async function openAt(runs: readonly NamedRun[], { host, port }: DashboardFlags): Promise<Serving> {
  const options = { runs, assets: await readAssets(), host }
  if (port !== undefined) return servePage({ ...options, port })
  try {
    return await servePage({ ...options, port: usualPort })
  } catch (error) {
    if ((error as { cause?: NodeJS.ErrnoException }).cause?.code !== 'EADDRINUSE') throw error
    return servePage({ ...options, port: 0 })
  }
}

/** Ctrl-C reaches every process of a terminal: a page beside a run stays while the run saves its last step. */
function untilTold(byStdin: boolean): Promise<void> {
  return new Promise((done) => {
    if (byStdin) {
      for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {})
      process.stdin
        .on('end', done)
        .on('close', done)
        .on('error', () => done())
        .resume()
    }
    for (const name of byStdin ? (['SIGTERM'] as const) : (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)) {
      process.once(name, () => done())
    }
  })
}
