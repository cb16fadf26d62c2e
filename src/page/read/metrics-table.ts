import type { LineIndex } from './line-index.ts'

/** metrics.jsonl by columns. */
export interface MetricsTable {
  readonly steps: readonly number[]
  readonly generation: number // rises when a resumed run has taken steps back
  /** [steps]; null: not measured. */
  column(key: string): readonly (number | null)[]
  /** Keys that were measured at least once, in the order of the file. */
  keys(): string[]
  /** Names of the guards out of range at each step; '': none. [steps] */
  readonly tripped: readonly string[]
  refresh(): Promise<void>
}

const linesAtOnce = 512
const mostKeys = 400

export function createMetricsTable(index: LineIndex): MetricsTable {
  let steps: number[] = []
  let tripped: string[] = []
  let columns = new Map<string, (number | null)[]>()
  let measured = new Set<string>()
  let generation = 0
  let read = 0 // lines of the index
  let waiting: Promise<void> = Promise.resolve()

  const add = (line: unknown): void => {
    if (typeof line !== 'object' || line === null || !('step' in line) || typeof line.step !== 'number') return
    const row = steps.length
    steps.push(line.step)
    for (const [key, value] of Object.entries(line)) {
      if (key === 'step' || (typeof value !== 'number' && value !== null)) continue
      if (!columns.has(key) && columns.size >= mostKeys) continue
      const column = columns.get(key) ?? []
      columns.set(key, column)
      while (column.length < row) column.push(null)
      column.push(value)
      if (value !== null) measured.add(key)
    }
    const guards = (line as Record<string, unknown>)['guard.tripped']
    tripped.push(typeof guards === 'string' ? guards : '')
  }
  const refresh = async (): Promise<void> => {
    await index.refresh()
    if (index.generation !== generation) {
      ;[steps, tripped, columns, measured, read] = [[], [], new Map(), new Set(), 0]
      generation = index.generation
    }
    while (read < index.count) {
      const lines = await index.read(read, read + linesAtOnce)
      if (lines.length === 0) return
      for (const line of lines) add(line)
      read += lines.length
    }
  }
  return {
    get steps() {
      return steps
    },
    get tripped() {
      return tripped
    },
    get generation() {
      return generation
    },
    column: (key) => {
      const column = columns.get(key)?.slice() ?? []
      while (column.length < steps.length) column.push(null)
      return column
    },
    keys: () => [...columns.keys()].filter((key) => measured.has(key)),
    // one after the other: two at once would add lines twice
    refresh: () => {
      waiting = waiting.then(refresh, refresh)
      return waiting
    },
  }
}
