import type { WriteStream } from 'node:tty'

export interface Intercepted {
  /** Writes to the first stream past the interception. */
  write(text: string): void
  /** Gives the streams back; a line that was never ended is written as it is. */
  restore(): void
}

type Write = WriteStream['write']
type Callback = (error?: Error | null) => void

/**
 * Lets whole lines through to terminal streams, between two calls; the beginning of a line waits for its end.
 * @param around called before and after a line is written
 */
export function intercept(
  streams: readonly [WriteStream, ...WriteStream[]],
  around: { readonly before: () => void; readonly after: () => void },
): Intercepted {
  const taken = streams.map((stream) => takeOver(stream, around))
  return {
    write: (text) => void taken[0]!.write(text),
    restore: () => {
      for (const stream of taken) stream.restore()
    },
  }
}

function takeOver(
  stream: WriteStream,
  { before, after }: { readonly before: () => void; readonly after: () => void },
): { write: (text: string) => void; restore: () => void } {
  const hadOwn = Object.hasOwn(stream, 'write')
  const original = stream.write
  const write = original.bind(stream) as Write
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let begun = '' // of a line
  const writeLines = (chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, done?: Callback): boolean => {
    const callback = typeof encoding === 'function' ? encoding : done
    begun += typeof chunk === 'string' ? textOf(chunk, encoding) : decoder.decode(chunk, { stream: true })
    const end = begun.lastIndexOf('\n') + 1
    if (end === 0) {
      if (callback !== undefined) process.nextTick(callback)
      return true
    }
    const lines = begun.slice(0, end)
    begun = begun.slice(end)
    before()
    const goesOn = callback === undefined ? write(lines) : write(lines, callback)
    after()
    return goesOn
  }
  stream.write = writeLines as Write
  return {
    write: (text) => void write(text),
    restore: () => {
      if (hadOwn) stream.write = original
      else delete (stream as { write?: Write }).write // the prototype's again
      const rest = begun + decoder.decode()
      begun = ''
      if (rest !== '') write(rest)
    },
  }
}

/** A text as it would reach the terminal: 'hex' and the like are bytes in disguise. */
function textOf(text: string, encoding: BufferEncoding | Callback | undefined): string {
  const isBytes = typeof encoding === 'string' && !/^utf-?8$/i.test(encoding)
  return isBytes ? Buffer.from(text, encoding).toString() : text
}
