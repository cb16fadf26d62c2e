import { once } from 'node:events'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { UserError } from '../../errors.ts'
import { fileReason } from '../../file-errors.ts'
import { type FileOnItsWay, onItsWay, requireNoInput } from '../../files.ts'
import { counted } from '../../log/counted.ts'

/** Where a command's result lines go: a file, or stdout. */
export interface JsonlOutput {
  write(lines: readonly object[]): Promise<void>
  /** How many lines were written so far. */
  count(): number
  /** Puts the complete file in place; an existing one is replaced only now. */
  close(): Promise<void>
  /** Leaves the existing file unchanged; lines already written stay next to it, and the user is told where. */
  abandon(): Promise<void>
}

export interface OutputOptions {
  readonly json?: boolean | undefined // stdout is for the summary, so that lines need a file
  readonly inputs?: readonly string[] // files that must not be overwritten
}

/**
 * Opens a command's output. A file is written under a temporary name and renamed when it is closed.
 * @throws UserError if the file cannot be written, or is also an input
 */
export async function openJsonlOutput(path: string | undefined, options: OutputOptions = {}): Promise<JsonlOutput> {
  if (path === undefined) {
    if (options.json) throw new UserError('--json needs --output FILE: stdout holds the summary only')
    return stdoutLines()
  }
  await requireNoInput(path, options.inputs ?? [])
  return fileLines(path, await onItsWay(path))
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

async function fileLines(path: string, { target, written, isStream }: FileOnItsWay): Promise<JsonlOutput> {
  const naming = (cause: NodeJS.ErrnoException): never => {
    throw new UserError(`cannot write ${path}: ${fileReason(cause)}`, { cause })
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
      if (!isStream) await handle.sync().catch(naming)
      await release()
      if (!isStream) await rename(written, target).catch(naming)
    },
    abandon: async () => {
      if (handle === null) return
      await release()
      if (isStream) return
      if (count === 0) await rm(written, { force: true })
      else
        process.stderr.write(
          `${path} is unchanged; the ${counted(count, 'line')} written before the failure ${count === 1 ? 'is' : 'are'} in ${written}\n`,
        )
    },
  }
}

/** Prints a command's summary: the object with --json; otherwise one line on stderr. */
export function printSummary(summary: object, text: string, flags: { json?: boolean; quiet?: boolean }): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  else if (!flags.quiet) process.stderr.write(`${text}\n`)
}
