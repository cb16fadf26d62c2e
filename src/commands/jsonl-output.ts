import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { UserError } from '../errors.ts'

/** Where a command's result lines go: a file, or stdout. */
export interface JsonlOutput {
  write(lines: readonly object[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a command's output.
 * @param json with --json stdout is for the summary, so that lines need a file
 * @throws UserError if the file cannot be written
 */
export async function openJsonlOutput(path: string | undefined, json: boolean): Promise<JsonlOutput> {
  if (path === undefined && json) throw new UserError('--json needs --output FILE: stdout holds the summary alone')
  const stream = path === undefined ? process.stdout : await openFile(path)
  return {
    write: async (lines) => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      if (text !== '' && !stream.write(text)) await once(stream, 'drain')
    },
    close: async () => {
      if (path === undefined) return
      stream.end()
      await once(stream, 'close')
    },
  }
}

async function openFile(path: string): Promise<WriteStream> {
  const stream = createWriteStream(path)
  try {
    await once(stream, 'open')
  } catch (cause) {
    throw new UserError(`cannot write ${path}: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
  return stream
}

/** Prints a command's summary: the object with --json; else as a line on stderr. */
export function printSummary(summary: object, text: string, flags: { json?: boolean; quiet?: boolean }): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  else if (!flags.quiet) process.stderr.write(`${text}\n`)
}
