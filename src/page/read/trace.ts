import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { traceFile } from '../../run/run-folder.ts'
import { fileInside } from './file-inside.ts'
import type { RunView } from './run-view.ts'
import type { TraceView } from './shapes.ts'

const span = z.object({ name: z.string(), ph: z.literal('X'), ts: z.number(), dur: z.number() })

const mostBytes = 64 * 2 ** 20
const mostStages = 1500 // the newest
const mostNames = 200

/** trace.json in the run folder, or the file that becomes it when the run ends; null: there is none. */
export async function findTrace(folder: string): Promise<string | null> {
  const whole = await fileInside(folder, traceFile(folder))
  if (whole !== null) return whole
  const names = await readdir(folder).catch(() => [])
  const growing = names.find((name) => /^trace\.json\.tmp-\d+$/.test(name))
  return growing === undefined ? null : fileInside(folder, join(folder, growing))
}

interface Stage {
  readonly name: string
  readonly from: number
  readonly seconds: number
}

/** Where the time went: by name, and stage by stage without the engine's calls. */
export async function traceOf({ folder }: RunView): Promise<TraceView | null> {
  const file = await findTrace(folder)
  if (file === null) return null
  const totals = new Map<string, { count: number; seconds: number }>()
  let stages: Stage[] = []
  let isWhole = !file.includes('.tmp-') && (await stat(file)).size <= mostBytes
  const lines = createInterface({ input: createReadStream(file, { end: mostBytes }), crlfDelay: Infinity })
  for await (const line of lines) {
    const event = eventIn(line)
    if (event === null) continue
    const name = event.name.replace(/^step \d+$/, 'step')
    const total = totals.get(name) ?? { count: 0, seconds: 0 }
    if (!totals.has(name) && totals.size >= mostNames) continue
    totals.set(name, { count: total.count + 1, seconds: total.seconds + event.dur / 1e6 })
    if (event.name.startsWith('engine.')) continue
    stages.push({ name: event.name, from: event.ts / 1e6, seconds: event.dur / 1e6 })
    if (stages.length < 2 * mostStages) continue
    stages = stages.slice(-mostStages)
    isWhole = false
  }
  return {
    totals: [...totals].map(([name, total]) => ({ name, ...total })).sort((a, b) => b.seconds - a.seconds),
    stages: nested(stages.slice(-mostStages)),
    isWhole: isWhole && stages.length <= mostStages,
  }
}

/** One event stands on each line; the file may end anywhere. */
function eventIn(line: string): z.output<typeof span> | null {
  const text = line.trim().replace(/^,|,$/g, '')
  if (!text.startsWith('{')) return null
  try {
    return span.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** By their beginning, with how many others each lies in. */
function nested(stages: readonly Stage[]): TraceView['stages'] {
  const open: number[] = [] // ends
  return [...stages]
    .sort((a, b) => a.from - b.from || b.seconds - a.seconds)
    .map((stage) => {
      const end = stage.from + stage.seconds
      while (open.length > 0 && open.at(-1)! < end) open.pop()
      open.push(end)
      return { ...stage, depth: open.length - 1 }
    })
}
