import { once } from 'node:events'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { UserError } from '../errors.ts'

/** Where a command's result lines go: a file, or stdout. */
export interface JsonlOutput {
  write(lines: readonly object[]): Promise<void>
  /** How many lines were written so far. */
  count(): number
  /** Puts the file in place, whole; what had its name before is gone only now. */
  close(): Promise<void>
  /** Leaves what had the file's name as it was; lines already written stay beside it, and the user is told where. */
  abandon(): Promise<void>
}

export interface OutputOptions {
  readonly json?: boolean | undefined // stdout is for the summary, so that lines need a file
  readonly inputs?: readonly string[] // files that must not be written over
}

/**
 * Opens a command's output. A file is written under another name, and takes its own when it is closed.
 * @throws UserError if the file cannot be written, or is also an input
 */
export async function openJsonlOutput(path: string | undefined, options: OutputOptions = {}): Promise<JsonlOutput> {
  if (path === undefined) {
    if (options.json) throw new UserError('--json needs --output FILE: stdout holds the summary alone')
    return stdoutLines()
  }
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw new UserError(`cannot write ${path}: it is a folder`)
  for (const input of options.inputs ?? []) {
    const source = await stat(input).catch(() => null)
    if (found === null || source === null || source.ino !== found.ino || source.dev !== found.dev) continue
    throw new UserError(`the output ${path} is also an input: give another name`)
  }
  // a device or a pipe is written as it comes: a file renamed over it would take its place
  const streamed = found !== null && !found.isFile()
  const target = found === null ? path : await realpath(path)
  return fileLines({ path, target, written: streamed ? target : `${target}.tmp-${process.pid}` })
}

/** Runs `work` with an output, which is closed when it succeeds and abandoned when it throws. */
export async function withJsonlOutput<T>(
  path: string | undefined,
  options: OutputOptions,
  work: (output: JsonlOutput) => Promise<T>,
): Promise<T> {
  const output = await openJsonlOutput(path, options)
  try {
    const result = await work(output)
    await output.close()
    return result
  } catch (error) {
    await output.abandon()
    throw error
  }
}

const jsonLines = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

function stdoutLines(): JsonlOutput {
  let count = 0
  return {
    write: async (lines) => {
      count += lines.length
      const text = jsonLines(lines)
      if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
    },
    count: () => count,
    close: async () => {},
    abandon: async () => {},
  }
}

interface OutputFile {
  readonly path: string // as the user wrote it
  readonly target: string // with links followed
  readonly written: string // where lines go until the end
}

async function fileLines({ path, target, written }: OutputFile): Promise<JsonlOutput> {
  const naming = (cause: NodeJS.ErrnoException): never => {
    throw new UserError(`cannot write ${path}: ${cause.code ?? cause.message}`, { cause })
  }
  let handle: FileHandle | null = await open(written, 'w').catch(naming)
  let count = 0
  const release = async (): Promise<void> => {
    const open = handle
    handle = null
    await open?.close()
  }
  return {
    write: async (lines) => {
      await handle!.appendFile(jsonLines(lines)).catch(naming)
      count += lines.length
    },
    count: () => count,
    close: async () => {
      if (handle === null) return
      if (written !== target) await handle.sync().catch(naming)
      await release()
      if (written !== target) await rename(written, target).catch(naming)
    },
    abandon: async () => {
      if (handle === null) return
      await release()
      if (written === target) return
      if (count === 0) await rm(written, { force: true })
      else
        process.stderr.write(`${path} is as it was; the ${count} lines written before the failure are in ${written}\n`)
    },
  }
}

/** Prints a command's summary: the object with --json; else as a line on stderr. */
export function printSummary(summary: object, text: string, flags: { json?: boolean; quiet?: boolean }): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  else if (!flags.quiet) process.stderr.write(`${text}\n`)
}
