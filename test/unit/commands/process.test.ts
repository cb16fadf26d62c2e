import { execFile } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { tempFolder } from '../../support/temp-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await tempFolder()
})

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const run = (...argv: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, argv, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }))
  })

describe('as a process', () => {
  it('says what to run first where nothing is built', async () => {
    await cp(path('../../../bin'), join(folder, 'bin'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    for (const bin of ['serl.js', 'serl-train.js']) {
      const result = await run(join(folder, 'bin', bin))
      expect(result).toEqual({ code: 2, stdout: '', stderr: 'serl: not built yet: run `npm run build:native` first\n' })
    }
  })

  it('exits with the code, and prints nothing on stdout', async () => {
    const script = path('../../support/run-cli.ts')
    const result = await run('--import', 'tsx', script, 'score', '--model', join(folder, 'none'), '--input', 'x')
    expect(result.code).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(/^serl: .*none/)
  })
})
