import { execFile } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

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
  it('says what to run first if nothing is built', async () => {
    await cp(path('../../../bin'), join(folder, 'bin'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    for (const bin of ['serl.js', 'serl-train.js']) {
      const result = await run(join(folder, 'bin', bin))
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).toContain(`not built yet: run these in ${folder}/\n  npm ci\n  npm run build:native\n`)
      expect(result.stderr).toMatch(/README\.md says what the build needs/)
    }
  })

  const head = (length: bigint): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(length)
    return bytes
  }
  it.each([
    ['score', 'config.json', { num_hidden_layers: 5e7 }, /"num_hidden_layers" must be at most 11 /],
    ['doctor', 'config.json', { head_dim: 2 ** 31 }, /"head_dim" must be at most 260 /],
    ['score', 'config.json', { hidden_size: [{ toString: 1 }] }, /"hidden_size" must be a number, found \[\{"toString/],
    ['doctor', 'model.safetensors', head(2n ** 53n), /its first 8 bytes give a header of 9007199254740992 bytes/],
  ] as const)('%s refuses a hostile %s in words, %#', async (command, name, content, message) => {
    const model = await tinyCheckpoint(Buffer.isBuffer(content) ? {} : content)
    if (Buffer.isBuffer(content)) await writeFile(join(model, name), content)
    const input = join(folder, 'in.jsonl')
    await writeFile(input, '{"tokens":[1,2,3]}\n')
    const argv = [command, '--model', model, ...(command === 'score' ? ['--input', input] : [])]
    const { code, stdout, stderr } = await run('--import', 'tsx', path('../../support/run-cli.ts'), ...argv)
    expect(code).toBe(2)
    expect(stdout + stderr).toMatch(message)
    expect(stdout + stderr).toContain(join(model, name))
    expect(stdout + stderr).not.toMatch(/\n\s+at |internal error/)
  })

  it('exits with the code, and prints nothing on stdout', async () => {
    const script = path('../../support/run-cli.ts')
    const result = await run('--import', 'tsx', script, 'score', '--model', join(folder, 'none'), '--input', 'x')
    expect(result.code).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(/^serl: .*none/)
  })
})
