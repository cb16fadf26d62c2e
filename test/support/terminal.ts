// A real terminal for tests: a pane of tmux, which keeps a screen, wraps what becomes too wide and tells of its size.
import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { tempFolder } from './temp-folder.ts'

/** Why there is none here; null: there is one. */
export const noTerminal: string | null = (() => {
  try {
    const [, major, minor] = /(\d+)\.(\d+)/.exec(execFileSync('tmux', ['-V'], { encoding: 'utf8' }))!
    return Number(major) * 100 + Number(minor) < 302 ? 'tmux is older than 3.2' : null
  } catch {
    return 'tmux is not installed'
  }
})()

export interface TerminalOptions {
  readonly columns: number
  readonly rows?: number // default 24
  readonly env?: Readonly<Record<string, string>>
}

export interface TestTerminal {
  /** The lines on the screen, without spaces at their ends and empty lines at its end. */
  screen(): Promise<string[]>
  /** The screen and what has left it at the top; lines that the terminal wrapped are whole. */
  everything(): Promise<string[]>
  /** With colours, as escape sequences. */
  coloured(): Promise<string>
  /** Waits for a text on the screen; returns the screen. */
  until(text: RegExp): Promise<string[]>
  resize(columns: number, rows?: number): Promise<void>
  type(...keys: string[]): Promise<void>
  isCursorShown(): Promise<boolean>
  /** Waits until the program has ended, which a last line "exit code N" shows; returns N. */
  exit(): Promise<number>
}

const run = promisify(execFile)
let opened = 0

/** Runs a program in a terminal, until the end of the test. */
export async function openTerminal(command: readonly string[], options: TerminalOptions): Promise<TestTerminal> {
  const { columns, rows = 24, env = {} } = options
  const folder = await tempFolder()
  const socket = join(folder, `tmux-${opened++}`)
  const settings = join(folder, 'tmux.conf')
  writeFileSync(settings, 'set -g status off\nset -g default-terminal tmux-256color\nset -g escape-time 0\n')
  const { TMUX: _, NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env
  const tmux = async (...args: string[]): Promise<string> =>
    (await run('tmux', ['-S', socket, '-f', settings, ...args], { env: { ...rest, LC_ALL: 'C.UTF-8' } })).stdout
  const given = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  const size = ['-x', String(columns), '-y', String(rows)]
  // the shell outlives the program: a pane without one has no cursor
  const shell = ['sh', '-c', 'trap : INT; "$@"; echo "exit code $?"; exec sleep 600', 'sh']
  await tmux('-u', 'new-session', '-d', ...size, ...given, '--', ...shell, ...command)
  onTestFinished(async () => {
    await tmux('kill-server').catch(() => {}) // it has ended by itself
  })
  const lines = (text: string): string[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd())
  const screen = async (): Promise<string[]> => lines(await tmux('capture-pane', '-p'))
  const ask = async (format: string): Promise<string> => (await tmux('display-message', '-p', format)).trim()
  const until = async (text: RegExp): Promise<string[]> => {
    for (let tries = 0; ; tries++) {
      const shown = await screen()
      if (text.test(shown.join('\n'))) return shown
      if (tries === 600) throw new Error(`the screen never showed ${text}:\n${shown.join('\n')}`)
      await setTimeout(100)
    }
  }
  return {
    screen,
    everything: async () => lines(await tmux('capture-pane', '-p', '-J', '-S', '-')),
    coloured: () => tmux('capture-pane', '-p', '-e'),
    until,
    resize: async (x, y = rows) => {
      await tmux('resize-window', '-x', String(x), '-y', String(y))
    },
    type: async (...keys) => {
      await tmux('send-keys', ...keys)
    },
    isCursorShown: async () => (await ask('#{cursor_flag}')) === '1',
    exit: async () => Number(/^exit code (\d+)$/m.exec((await until(/^exit code \d+$/m)).join('\n'))![1]),
  }
}
