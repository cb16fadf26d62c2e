// The live view of a run in a real terminal (test/support/terminal.ts), played by test/support/played-run.ts.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../support/temp-folder.ts'
import { noTerminal, openTerminal, type TerminalOptions, type TestTerminal } from '../../support/terminal.ts'

const script = fileURLToPath(new URL('../../support/played-run.ts', import.meta.url))

interface PlayedRun extends TestTerminal {
  /** Lets the run go on to its n-th event. */
  to(event: number): Promise<void>
}

async function playedRun(options: TerminalOptions, ...flags: string[]): Promise<PlayedRun> {
  const file = join(await tempFolder(), 'events')
  await writeFile(file, '0')
  const terminal = await openTerminal([process.execPath, '--import', 'tsx', script, file, ...flags], options)
  return { ...terminal, to: (event) => writeFile(file, String(event)) }
}

/** Clocks go on while a test looks. */
const still = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(/\d+:\d\d/g, 'M:SS').replaceAll(/node:\d+/g, 'node:PID'))

const finished = {
  first: 'step 0/8  accuracy 44.7 %  60.0 s',
  second:
    'step 1/8  accuracy 78.7 %  reward 0.500  majority 0.550  questions 41/80  trained 16/32  kl 0.0123  167 tokens/s  60.0 s',
}

const updating = {
  120: [
    'step 2/8  updating  ━━━━━━──────────────────  25 %',
    'run  ━━━─────────────────────  12 %  ETA M:SS  167 tokens/s  M:SS so far',
    'accuracy 78.7 % ▁█  majority 0.550 ▄',
    'questions 30 accepted, 15 rejected  votes 16 kept, 11 dropped',
    'guards ●○○●○○○○○○○○○○○●  3 in range  13 not measured',
  ],
  80: [
    'step 2/8  updating  ━━━━━━──────────────────  25 %',
    'run  ━━━─────────────────────  12 %  ETA M:SS  167 tokens/s  M:SS so far',
    'accuracy 78.7 % ▁█  majority 0.550 ▄',
    'questions 30 accepted, 15 rejected  votes 16 kept, 11 dropped',
    'guards ●○○●○○○○○○○○○○○●  3 in range  13 not measured',
  ],
  40: [
    'step 2/8  updating  ━━━────────  25 %',
    'run  ━────────  12 %  ETA M:SS',
    'accuracy 78.7 % ▁█  majority 0.550 ▄',
    'accepted 30/45  kept 16/27',
    'guards ●○○●○○○○○○○○○○○●  3 in range',
  ],
} as const

describe.skipIf(noTerminal !== null)(
  `the live view of a run${noTerminal === null ? '' : ` (${noTerminal})`}`,
  {
    timeout: 120_000,
  },
  () => {
    it.each([120, 80, 40] as const)('is below the finished steps, in %i columns', async (columns) => {
      const run = await playedRun({ columns })
      await run.to(1)
      expect(still(await run.until(/loading the model/))[0]).toMatch(/^step 0\/8 {2}loading the model/)
      await run.to(4)
      await run.until(/updating/)
      expect(still(await run.everything())).toEqual([finished.first, finished.second, ...updating[columns]])
      expect(await run.isCursorShown()).toBe(true)
    })

    it('is drawn anew after a resize, narrower and wider', async () => {
      const run = await playedRun({ columns: 120 }, '--still', '--full')
      await run.to(4)
      await run.until(/updating/)
      const shown = async (): Promise<string[]> => still(await run.everything()).filter((line) => line !== '')
      await run.resize(40)
      await setTimeout(1000)
      expect(await shown()).toEqual([finished.first, finished.second, ...updating[40]])
      await run.resize(80)
      await setTimeout(1000)
      expect(await shown()).toEqual([finished.first, finished.second, ...updating[80]])
      await run.resize(80, 4)
      await setTimeout(500)
      expect(still(await run.screen()).slice(-3)).toEqual(updating[80].slice(0, 3)) // what a low window holds
    })

    it('stays below notes, warnings of Node, lines written in parts and output of workers', async () => {
      const run = await playedRun({ columns: 120 })
      await run.to(4)
      await run.until(/updating/)
      for (const [event, shown] of [
        [5, /a note of the run/],
        [6, /a warning of Node/],
        [7, /and its end/],
        [8, /an error of a worker/],
      ] as const) {
        await run.to(event)
        await run.until(shown)
      }
      await setTimeout(300)
      const lines = still(await run.everything())
      expect(lines.slice(0, 3)).toEqual([finished.first, finished.second, 'a note of the run'])
      expect(lines.slice(3, -8).join('\n')).toMatch(/^\(node:PID\) Warning: a warning of Node/)
      expect(lines.at(-8)).toBe('the beginning of a line, and its end')
      expect(new Set(lines.slice(-7, -5))).toEqual(new Set(['from a worker', 'an error of a worker']))
      expect(lines.slice(-5)).toEqual(updating[120])
    })

    it('names guards that are out of range, in colours unless NO_COLOR is set', async () => {
      const [coloured, plain] = [
        await playedRun({ columns: 100 }),
        await playedRun({ columns: 100, env: { NO_COLOR: '1' } }),
      ]
      for (const run of [coloured, plain]) {
        await run.to(9)
        const lines = await run.until(/step 3\/8/)
        expect(lines.at(-1)).toBe('guards ●○○▲○○○○○○○○○○○●  out of range: entropy (below)  13 not measured')
      }
      expect(await coloured.coloured()).toContain('\u001b[31m') // red: in a pane, dim lights come between
      expect(await plain.coloured()).not.toContain('\u001b[')
    })

    it('is gone at the end, and the finished steps stay', async () => {
      const run = await playedRun({ columns: 120 })
      await run.to(7)
      await run.until(/and its end/)
      await run.to(10)
      expect(await run.exit()).toBe(0)
      const lines = await run.everything()
      expect(lines.slice(-2)).toEqual(['the summary', 'exit code 0'])
      expect(lines.filter((line) => line.startsWith('step '))).toHaveLength(3)
      expect(lines.join('\n')).not.toMatch(/guards|so far/)
    })

    it('leaves nothing behind after a crash, nor a hidden cursor', async () => {
      const run = await playedRun({ columns: 120 }, '--crash')
      await run.to(10)
      expect(await run.exit()).toBe(1)
      expect((await run.everything()).join('\n')).toMatch(/a crash of the program/)
      expect((await run.everything()).join('\n')).not.toMatch(/guards|so far/)
      expect(await run.isCursorShown()).toBe(true)
    })

    it('has never hidden the cursor when the program is killed', async () => {
      const run = await playedRun({ columns: 120 }, '--kill')
      await run.to(10)
      expect(await run.exit()).toBe(137)
      expect(await run.isCursorShown()).toBe(true)
    })

    it('stays whole when Ctrl-C is pressed', async () => {
      const run = await playedRun({ columns: 120 })
      await run.to(4)
      await run.until(/updating/)
      await run.type('C-c')
      await run.until(/the last completed step will be saved/)
      await setTimeout(300)
      const lines = still(await run.everything())
      expect(lines.slice(-5)).toEqual(updating[120])
      expect(lines.at(-6)).toBe('stopping: the last completed step will be saved (press Ctrl-C again to quit at once)')
      await run.type('C-c')
      expect(await run.exit()).toBe(130)
      expect((await run.everything()).join('\n')).not.toMatch(/guards|so far/)
    })

    it('is not shown with --quiet, nor on a dumb terminal', async () => {
      const quiet = await playedRun({ columns: 80 }, '--quiet')
      await quiet.to(10)
      expect(await quiet.exit()).toBe(0)
      expect((await quiet.everything()).join('\n')).not.toMatch(/step|guards|a note/)
      const dumb = await playedRun({ columns: 80, env: { TERM: 'dumb' } })
      await dumb.to(10)
      expect(await dumb.exit()).toBe(0)
      expect((await dumb.everything()).join('\n')).not.toMatch(/guards/)
      expect(await dumb.everything()).toContain(finished.first)
    })
  },
)
