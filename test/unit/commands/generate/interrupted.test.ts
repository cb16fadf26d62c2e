import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { main } from '../../../../src/cli.ts'
import type * as engine from '../../../../src/native/engine.ts'
import type { EngineOptions, NativeEngine } from '../../../../src/native/types.ts'
import { fakeAddon } from '../../../support/fake-addon/addon.ts'
import { heardOutput } from '../../../support/heard-output.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../../support/tiny-checkpoint.ts'

const opening = vi.hoisted(() => ({ openEngine: vi.fn<(options: EngineOptions) => Promise<NativeEngine>>() }))
vi.mock('../../../../src/native/engine.ts', () => opening)
afterEach(() => {
  vi.restoreAllMocks()
})

it('Ctrl-C during generate --output says how many responses are complete', async () => {
  opening.openEngine.mockImplementation(async (options) => {
    const { openEngine } = await vi.importActual<typeof engine>('../../../../src/native/engine.ts')
    const opened = await openEngine(
      options,
      undefined,
      fakeAddon({ table: new Float32Array(options.model.vocabSize ** 2) }),
    )
    return {
      ...opened,
      generate: async (...call) => {
        const done = await opened.generate(...call)
        process.emit('SIGINT')
        done.finishReasons.fill(2, 3) // the first three had ended
        return done
      },
    }
  })
  const folder = await tempFolder()
  const [input, output] = [join(folder, 'in.jsonl'), join(folder, 'out.jsonl')]
  await writeFile(input, '{"tokens":[1]}\n'.repeat(5))
  const said = heardOutput()
  const argv = ['generate', '--model', await tinyCheckpoint(), '--input', input, '--output', output]
  expect(await main([...argv, '--max-new-tokens', '4', '--n', '2'])).toBe(130)
  expect(said()).toContain(
    `stopped: 3 of 10 responses are complete: they are in ${output}, with 7 cut short ("finishReason": "cancelled")\n`,
  )
  expect((await readFile(output, 'utf8')).trimEnd().split('\n')).toHaveLength(10)
})
