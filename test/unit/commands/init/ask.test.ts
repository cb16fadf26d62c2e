// serl init as it asks, on a real terminal.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readLayers } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { noTerminal, openTerminal, type TestTerminal } from '../../../support/terminal.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const script = path('../../../support/run-cli.ts')
const model = path('../../../../seeds/demo-model')

async function asking(out: string, ...flags: string[]): Promise<TestTerminal> {
  const command = [process.execPath, '--import', 'tsx', script, 'init', '--out', out, ...flags]
  return openTerminal(command, { columns: 110, rows: 40 })
}

describe.skipIf(noTerminal !== null)(
  `serl init asks${noTerminal === null ? '' : ` (${noTerminal})`}`,
  {
    timeout: 120_000,
  },
  () => {
    it('for what no flag gives, again where an answer cannot be used', async () => {
      const out = join(await tempFolder(), 'asked.yaml')
      const terminal = await asking(out, '--seeds', path('../../../../seeds/demo-seeds.jsonl'), '--device', 'cpu')
      await terminal.until(/Folder of the model/)
      await terminal.type('/nowhere', 'Enter')
      await terminal.until(/there is no model folder \/nowhere/)
      await terminal.type('C-u', model, 'Enter')
      await terminal.until(/Hours that the run may take/)
      await terminal.type('0', 'Enter')
      await terminal.until(/Expected a number above 0/)
      await terminal.type('C-u', '2', 'Enter')
      await terminal.until(/see what training can hope for/)
      await terminal.type('Enter')
      await terminal.until(/wrote .*asked\.yaml/)
      expect(await terminal.exit()).toBe(0)
      expect(resolveConfig(await readLayers(out)).model.path).toBe(model)
    })

    it('and writes nothing when its user leaves', async () => {
      const out = join(await tempFolder(), 'left.yaml')
      const terminal = await asking(out)
      await terminal.until(/Folder of the model/)
      await terminal.type('C-c')
      expect(await terminal.exit()).toBe(130)
      expect(existsSync(out)).toBe(false)
      expect(await terminal.isCursorShown()).toBe(true)
    })
  },
)
