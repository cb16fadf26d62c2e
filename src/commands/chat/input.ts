import { createInterface } from 'node:readline'

/** Where questions come from. */
export interface Input {
  readonly isTerminal: boolean
  /** The next line; null: there are no more. */
  next(): Promise<string | null>
  close(): void
}

/**
 * Lines of stdin. On a terminal with a prompt, editing and a history; between two calls the terminal is as it was, so that
 * Ctrl-C is a signal.
 */
export function openInput(prompt: string): Input {
  const { stdin, stdout } = process
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true
  const lines = createInterface({ input: stdin, ...(isTerminal && { output: stdout, prompt }), terminal: isTerminal })
  const waiting: string[] = [] // pasted together
  let isClosed = false
  let wake: (() => void) | null = null
  lines.on('line', (line) => {
    waiting.push(line)
    wake?.()
  })
  lines.on('close', () => {
    isClosed = true
    if (isTerminal && wake !== null) stdout.write('\n') // at the prompt
    wake?.()
  })
  lines.on('SIGINT', () => lines.close()) // at the prompt
  const raw = (on: boolean): void => void (isTerminal && stdin.setRawMode(on))
  return {
    isTerminal,
    next: async () => {
      raw(true)
      while (waiting.length === 0 && !isClosed) {
        if (isTerminal) lines.prompt()
        else lines.resume()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      wake = null
      if (!isClosed) lines.pause()
      raw(false)
      return waiting.shift() ?? null
    },
    close: () => lines.close(),
  }
}
