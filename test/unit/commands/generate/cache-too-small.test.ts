import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { main } from '../../../../src/cli.ts'
import { SerlError } from '../../../../src/errors.ts'
import { heardOutput } from '../../../support/heard-output.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../../support/tiny-checkpoint.ts'

const opening = vi.hoisted(() => ({ openEngine: vi.fn<() => Promise<never>>() }))
vi.mock('../../../../src/native/engine.ts', () => opening)
afterEach(() => {
  vi.restoreAllMocks()
})

it('a key-value cache that holds no row is to be raised: there is nothing to free', async () => {
  // as native/core/generator.cpp says it
  const message = 'the KV cache budget of 1 MiB does not hold one row: its longest prompt and maxNewTokens need 3 MiB'
  opening.openEngine.mockRejectedValue(new SerlError('OUT_OF_MEMORY', message))
  const input = join(await tempFolder(), 'in.jsonl')
  await writeFile(input, '{"tokens":[1]}\n')
  const said = heardOutput()
  const argv = ['generate', '--model', await tinyCheckpoint(), '--input', input, '--max-new-tokens', '4']
  expect(await main(argv)).toBe(2)
  expect(said()).toMatch(
    /not hold one row.*\nThe key-value cache is too small, not the memory: raise model\.kvCacheGiB/,
  )
  expect(said()).not.toMatch(/Free some/)
})
