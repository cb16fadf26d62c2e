// The demonstration on a real terminal and in a file: the same finished lines; and in a file nothing but them.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { noTerminal, openTerminal } from '../support/terminal.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const serl = join(root, 'bin/serl.js')
const run = promisify(execFile)

const steady = (text: string): string => text.replaceAll(/\d+ tokens\/s {2}\d+\.\d s|\d+\.\d s$/gm, 'TIME')
const stepsOf = (text: string): string[] =>
  steady(text)
    .split('\n')
    .filter((line) => /^step \d\/2 {2}acc/.test(line))

describe.skipIf(noTerminal !== null)(
  `the demonstration${noTerminal === null ? '' : ` (${noTerminal})`}`,
  { timeout: 400_000 },
  () => {
    it('has the same lines on a terminal, with a start-up text above and a view below', async () => {
      const folder = await tempFolder()
      const train = (out: string): string[] => [serl, 'train', 'demo', '--steps', '2', '--out', join(folder, out)]
      const { stdout, stderr } = await run(process.execPath, train('file'), { cwd: root })
      expect(stdout + stderr).not.toContain('\u001b')
      expect(stderr).toMatch(/^memory plan\n( .*\n)+$/)
      const terminal = await openTerminal([process.execPath, ...train('terminal')], { columns: 130, rows: 50 })
      const begun = await terminal.until(/^run .*tokens\/s/m)
      expect(begun.join('\n')).toMatch(/^model +.*demo-model \(LlamaForCausalLM, 0\.83 million parameters\)$/m)
      expect(begun.join('\n')).toMatch(/^first step +roughly \d/m)
      expect(begun.join('\n')).toMatch(/^guards [●▲○]{16}/m)
      expect(await terminal.exit()).toBe(0)
      const shown = (await terminal.everything()).join('\n')
      expect(stepsOf(shown)).toEqual(stepsOf(stdout))
      expect(stepsOf(shown)).toHaveLength(3)
      expect(shown).not.toMatch(/^guards |so far$/m)
      expect(shown).toMatch(/Its greedy accuracy on held-out questions rose/)
    })
  },
)
