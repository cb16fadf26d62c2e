import type { Reply } from '../../chat/reply.ts'
import { leastColumns, sideBySide } from '../../chat/side-by-side.ts'
import { isLive, liveRegion } from '../../terminal/live-region.ts'

/** Where answers go. */
export interface Output {
  /** About the conversation, not part of it. */
  say(text: string): void
  isAnswering(): boolean
  /** Shows the answers to one question as they come. @param names of the models; one empty name: there is one */
  answer(names: readonly string[]): Answering
}

export interface Answering {
  piece(model: number, text: string): void
  end(model: number, reply: Reply): void
  /** Idempotent. */
  close(): void
}

/** Answers on stdout, the rest on stderr; with --json neither, and errors only with --quiet. */
export function openOutput({ json, quiet }: { readonly json: boolean; readonly quiet: boolean }): Output {
  let answering = 0
  const counted = (shown: Answering): Answering => {
    answering += 1
    let isOpen = true
    return {
      ...shown,
      close: () => {
        if (isOpen) answering -= 1
        isOpen = false
        shown.close()
      },
    }
  }
  return {
    say: (text) => {
      if (!json && !quiet) process.stderr.write(`${text}\n`)
    },
    isAnswering: () => answering > 0,
    answer: (names) => {
      if (json) return counted(silent)
      if (names.length === 1) return counted(streamed())
      const { stdout } = process
      return counted(
        isLive(stdout) && isLive() && stdout.columns >= leastColumns ? beside(names) : oneAfterTheOther(names),
      )
    },
  }
}

const silent: Answering = { piece: () => {}, end: () => {}, close: () => {} }

const cutOff = { stop: '', length: ' [cut off by --max-new-tokens]', cancelled: ' [stopped]' }

/** On a terminal in pieces; the end says why a text that is not whole ends. */
function streamed(): Answering {
  let written = ''
  return {
    piece: (_, text) => {
      written += text
      process.stdout.write(text)
    },
    end: (_, { finishReason }) => {
      const note = process.stdout.isTTY ? cutOff[finishReason] : ''
      process.stdout.write(
        `${note}${written.endsWith('\n') && note === '' ? '' : '\n'}${process.stdout.isTTY ? '\n' : ''}`,
      )
    },
    close: () => {},
  }
}

/** Whole texts under headings. */
function oneAfterTheOther(names: readonly string[]): Answering {
  const replies: (Reply | undefined)[] = names.map(() => undefined)
  return {
    piece: () => {},
    end: (model, reply) => {
      replies[model] = reply
    },
    close: () => {
      for (const [i, reply] of replies.entries()) {
        if (reply !== undefined)
          process.stdout.write(`${names[i]}: ${reply.text.trim()}${cutOff[reply.finishReason]}\n`)
      }
    },
  }
}

/** In columns that grow at the bottom of the terminal, and stay above it at the end. */
function beside(names: readonly string[]): Answering {
  const texts = names.map(() => '')
  const endings = names.map(() => '')
  const region = liveRegion()
  const shown = (columns: number): string[] =>
    sideBySide(
      names.map((heading, i) => ({ heading, text: `${texts[i]!.trim()}${endings[i]}` })),
      columns,
    )
  return {
    piece: (model, text) => {
      texts[model] += text
      // the newest lines, where there are more than the screen has
      region.draw((columns) => shown(columns).slice(-Math.max(1, (process.stdout.rows || 24) - 1)))
    },
    end: (model, { text, finishReason }) => {
      texts[model] = text
      endings[model] = cutOff[finishReason]
    },
    close: () => {
      if (!region.isOpen) return
      region.close()
      process.stdout.write(`${shown((process.stdout.columns || 80) - 1).join('\n')}\n\n`)
    },
  }
}
