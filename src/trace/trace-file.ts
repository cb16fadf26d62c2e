import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { onItsWay, placeOf, requireNoInput } from '../files.ts'
import { noTrace, type SpanArgs, type Trace } from './trace.ts'

/** A trace on its way to a file. */
export interface TraceFile extends Trace {
  /** Ends the list of events and puts the file in place. Idempotent; spans still open end here, as unfinished. */
  close(): void
}

interface OpenSpan {
  readonly name: string
  readonly start: number // ms
}

/**
 * Begins a trace in Chrome's trace event format ("Trace Event Format", the JSON object form with complete events,
 * `ph: "X"`, times in microseconds), which ui.perfetto.dev and chrome://tracing read. An event is written when its span
 * ends, at once: a process that exits early, by the second Ctrl-C too, still leaves a complete file. A disk that fills
 * up later ends the trace, with a message on stderr, but not the work.
 * @param processName what the viewer calls the process
 * @throws UserError if the file cannot be begun
 */
export async function openTraceFile(path: string, processName: string): Promise<TraceFile> {
  const { target, written, isStream } = await onItsWay(path)
  const origin = performance.now()
  const open = new Set<OpenSpan>()
  let file: number | null = begin(path, written, processName)
  const attempt = (work: (file: number) => void): void => {
    if (file === null) return
    try {
      work(file)
    } catch (error) {
      giveUp(error as NodeJS.ErrnoException)
    }
  }
  const giveUp = (error: NodeJS.ErrnoException): void => {
    process.stderr.write(`${cannotWrite(path, error)}: no trace is written\n`)
    file = null
    process.off('exit', close)
    if (!isStream) rmSync(written, { force: true })
  }
  const end = (span: OpenSpan, args: SpanArgs): void => {
    if (open.delete(span)) attempt((file) => writeAll(file, `,\n${JSON.stringify(complete(span, args, origin))}`))
  }
  const close = (): void => {
    for (const span of Array.from(open).reverse()) end(span, { unfinished: true })
    process.off('exit', close)
    attempt((open) => {
      writeAll(open, '\n]}\n')
      if (!isStream) fsyncSync(open)
      file = null
      closeSync(open)
      if (!isStream) renameSync(written, target)
    })
  }
  process.on('exit', close)
  return { span: (name, work, args) => spanned({ name, work, args, open, end }), close }
}

interface Spanned<T> {
  readonly name: string
  readonly work: () => Promise<T>
  readonly args: ((result: T) => SpanArgs) | undefined
  readonly open: Set<OpenSpan>
  readonly end: (span: OpenSpan, args: SpanArgs) => void
}

async function spanned<T>({ name, work, args, open, end }: Spanned<T>): Promise<T> {
  const span = { name, start: performance.now() }
  open.add(span)
  let shown: SpanArgs = {}
  try {
    const result = await work()
    shown = args?.(result) ?? {}
    return result
  } catch (error) {
    shown = { error: error instanceof Error ? error.message : String(error) }
    throw error
  } finally {
    end(span, shown)
  }
}

/** Options of a trace file: the process name in the viewer, and files that must not be overwritten. */
export interface TraceOptions {
  readonly processName: string
  readonly inputs: readonly string[]
}

/** @throws UserError if a trace to `path` would take the place of an input, or of a folder */
export async function requireTracePath(path: string, inputs: readonly string[]): Promise<void> {
  await requireNoInput(path, inputs)
  await placeOf(path)
}

/**
 * Runs `work` with a trace to `path`, which is closed however it ends; without a path, with none.
 * @throws UserError if the file cannot be begun, or is also an input
 */
export async function withTraceFile<T>(
  path: string | undefined,
  { processName, inputs }: TraceOptions,
  work: (trace: Trace) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(noTrace)
  await requireTracePath(path, inputs)
  const trace = await openTraceFile(path, processName)
  try {
    return await work(trace)
  } finally {
    trace.close()
  }
}

/** Opens the file and writes what stands before the first span. */
function begin(path: string, written: string, processName: string): number {
  try {
    const file = openSync(written, 'w')
    const name = { name: 'process_name', ph: 'M', pid: 1, tid: 1, args: { name: processName } }
    writeAll(file, `{"displayTimeUnit":"ms","traceEvents":[\n${JSON.stringify(name)}`)
    return file
  } catch (cause) {
    throw new UserError(cannotWrite(path, cause as NodeJS.ErrnoException), { cause })
  }
}

const cannotWrite = (path: string, cause: NodeJS.ErrnoException): string =>
  `--trace: cannot write ${path}: ${fileReason(cause)}`

const microseconds = (ms: number): number => Math.round(ms * 1000)

/** Both ends are rounded, not the duration: a span inside another stays inside. */
function complete({ name, start }: OpenSpan, args: SpanArgs, origin: number): object {
  const [from, to] = [microseconds(start - origin), microseconds(performance.now() - origin)]
  return { name, ph: 'X', ts: from, dur: to - from, pid: 1, tid: 1, args }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
