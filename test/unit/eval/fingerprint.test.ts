import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { engineFingerprint } from '../../../src/eval/fingerprint.ts'
import { tempFolder } from '../../support/temp-folder.ts'

it('a rebuilt engine has another fingerprint', async () => {
  const path = join(await tempFolder(), 'engine.node')
  expect(await engineFingerprint(path)).toBe('not built')
  for (const build of ['one', 'another']) {
    await writeFile(path, build)
    const expected = createHash('sha256').update(build).digest('hex')
    expect(await engineFingerprint(path)).toBe(expected)
    expect(await engineFingerprint(path)).toBe(expected)
  }
})
