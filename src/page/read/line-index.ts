import type { FileHandle } from 'node:fs/promises'
import { openInside } from './file-inside.ts'

/**
 * Where the lines of a JSONL file begin. Nothing of the text is kept: a line costs 12 bytes of memory, and is read when it is
 * wanted. The file may grow, be replaced, or not exist yet.
 */
export interface LineIndex {
  readonly count: number // whole lines; one still being written does not count
  readonly generation: number // rises when the file is replaced: then lines are other ones
  /** Takes note of what was written since the last call. */
  refresh(): Promise<void>
  /** The "step" that a line begins with; -1: none. */
  stepOf(line: number): number
  /** The first line of a step at or after this one, where steps do not fall; `count`: there is none. */
  firstOf(step: number): number
  /** Parsed lines from..to-1, fewer where they have more than `bytes` together (one at least); null: not JSON. */
  read(from: number, to: number, bytes?: number): Promise<unknown[]>
  /** The first bytes of a line, as text. */
  head(line: number, bytes: number): Promise<string>
}

const chunkBytes = 2 ** 20
const mostBytes = 64 * 2 ** 20 // of one line; a longer one ends the index

/** @param folder the run; a link that leads out of it is not followed */
export function openLineIndex(folder: string, path: string): LineIndex {
  const opened = (): Promise<FileHandle | null> => openInside(folder, path)
  let known = emptyIndex(0)
  let refreshing: Promise<void> | null = null
  const update = async (): Promise<void> => {
    const file = await opened()
    if (file === null) {
      if (known.count > 0) known = emptyIndex(known.generation + 1)
      return
    }
    try {
      const { ino, size, dev } = await file.stat()
      const identity = `${dev}:${ino}`
      const isOther = known.identity !== '' && known.identity !== identity
      if (isOther || size < known.end) known = emptyIndex(known.generation + 1)
      known.identity = identity
      await extend(known, file, size)
    } finally {
      await file.close()
    }
  }
  return {
    get count() {
      return known.count
    },
    get generation() {
      return known.generation
    },
    refresh: () => {
      refreshing ??= update().finally(() => {
        refreshing = null
      })
      return refreshing
    },
    stepOf: (line) => known.steps[line] ?? -1,
    firstOf: (step) => lowerBound(known, step),
    read: (from, to, bytes = mostBytes) => readLines(opened, known, { from, to, bytes }),
    head: async (line, bytes) => (await readBytes(opened, known, line, bytes)).toString('utf8'),
  }
}

interface Known {
  readonly generation: number
  identity: string // of the file
  ends: Float64Array // [capacity] behind the line break
  steps: Int32Array // [capacity]
  count: number
  end: number // of the last whole line
}

const emptyIndex = (generation: number): Known => ({
  generation,
  identity: '',
  ends: new Float64Array(64),
  steps: new Int32Array(64),
  count: 0,
  end: 0,
})

/** Looks for line breaks from the last known one to `size`. */
async function extend(known: Known, file: FileHandle, size: number): Promise<void> {
  let buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, size - known.end)))
  while (known.end < size) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, known.end)
    const taken = takeLines(known, buffer.subarray(0, bytesRead))
    if (taken > 0) continue
    // a line longer than the buffer, or the last one, without its end
    if (bytesRead < buffer.length || buffer.length >= mostBytes) return
    buffer = Buffer.allocUnsafe(Math.min(mostBytes, buffer.length * 4))
  }
}

/** @returns bytes of whole lines */
function takeLines(known: Known, bytes: Buffer): number {
  const start = known.end
  let from = 0
  for (let to = bytes.indexOf(newline); to >= 0; to = bytes.indexOf(newline, from)) {
    if (known.count === known.ends.length) grow(known)
    known.ends[known.count] = start + to + 1
    known.steps[known.count] = stepIn(bytes, from, to)
    known.count += 1
    from = to + 1
  }
  known.end = start + from
  return from
}

function grow(known: Known): void {
  const ends = new Float64Array(known.ends.length * 2)
  ends.set(known.ends)
  const steps = new Int32Array(ends.length)
  steps.set(known.steps)
  Object.assign(known, { ends, steps })
}

const newline = 10
const prefix = Buffer.from('{"step":')

/** Every line of a run begins with its step, so that it need not be parsed. */
function stepIn(bytes: Buffer, from: number, to: number): number {
  if (to - from < prefix.length || bytes.compare(prefix, 0, prefix.length, from, from + prefix.length) !== 0) return -1
  let step = 0
  let at = from + prefix.length
  const first = at
  for (; at < to && at < first + 9; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) break
    step = step * 10 + digit
  }
  return at === first ? -1 : step
}

function lowerBound({ steps, count }: Known, step: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if (steps[middle]! < step) low = middle + 1
    else high = middle
  }
  return low
}

type Opened = () => Promise<FileHandle | null>

interface Wanted {
  readonly from: number
  readonly to: number
  readonly bytes: number
}

async function readLines(opened: Opened, known: Known, { from, to, bytes }: Wanted): Promise<unknown[]> {
  const { ends, count } = known
  const last = Math.min(to, count)
  if (from >= last) return []
  const start = from === 0 ? 0 : ends[from - 1]!
  let stop = from + 1
  while (stop < last && ends[stop]! - start <= bytes) stop += 1
  const text = await slice(opened, known, start, ends[stop - 1]! - start)
  const parsed: unknown[] = []
  for (let line = from; line < stop; line++) {
    const begin = line === 0 ? 0 : ends[line - 1]!
    parsed.push(parseLine(text.toString('utf8', begin - start, ends[line]! - 1 - start)))
  }
  return parsed
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function readBytes(opened: Opened, known: Known, line: number, most: number): Promise<Buffer> {
  const start = line === 0 ? 0 : known.ends[line - 1]!
  return slice(opened, known, start, Math.min(most, known.ends[line]! - 1 - start))
}

/** Nothing, where the file has gone or another has taken its place meanwhile. */
async function slice(opened: Opened, known: Known, start: number, length: number): Promise<Buffer> {
  const file = await opened()
  if (file === null) return Buffer.alloc(0)
  try {
    const { ino, dev } = await file.stat()
    if (`${dev}:${ino}` !== known.identity) return Buffer.alloc(0)
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await file.read(buffer, 0, length, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
