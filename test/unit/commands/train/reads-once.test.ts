import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../../../../src/cli.ts'
import { UserError } from '../../../../src/errors.ts'
import { openEngine } from '../../../../src/native/engine.ts'
import { heardOutput } from '../../../support/heard-output.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const model = fileURLToPath(new URL('../../../../seeds/demo-model', import.meta.url))

const reads = vi.hoisted((): string[] => [])
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const counted =
    <Args extends unknown[], T>(read: (path: string, ...args: Args) => T) =>
    (path: string, ...args: Args): T => {
      reads.push(String(path))
      return read(path, ...args)
    }
  return { ...real, readFile: counted(real.readFile as never), open: counted(real.open as never) }
})
vi.mock('../../../../src/native/engine.ts', () => ({ openEngine: vi.fn() }))

let said: () => string
beforeEach(() => {
  said = heardOutput()
  reads.length = 0
  vi.mocked(openEngine).mockRejectedValue(new UserError('the weights are about to be loaded'))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** How often each file of the model's folder was read. */
function timesRead(): Record<string, number> {
  const times: Record<string, number> = {}
  for (const path of reads.filter((path) => dirname(path) === model)) {
    times[basename(path)] = (times[basename(path)] ?? 0) + 1
  }
  return times
}

const once = {
  'config.json': 1,
  'generation_config.json': 1,
  'model.safetensors': 1,
  'tokenizer.json': 1,
  'tokenizer_config.json': 1,
}

it('a run reads the checkpoint folder and the tokenizer once before it loads the weights', async () => {
  expect(await main(['train', 'demo', '--out', join(await tempFolder(), 'run')])).toBe(2)
  expect(said()).toContain('the weights are about to be loaded')
  expect(timesRead()).toEqual(once)
})

it('a dry run also reads them once', async () => {
  expect(await main(['train', 'demo', '--dry-run'])).toBe(0)
  expect(timesRead()).toEqual(once)
})
