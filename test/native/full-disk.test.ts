import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { safetensorsHeader } from '../../src/model/safetensors.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { goldenOptions, openGolden } from './golden-engine.ts'
import { runScript } from './run-script.ts'

describe('exporting tensors', () => {
  it('to a disk that fills up is an IO error and leaves no file', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'model.safetensors')
    // a limit of 64 KiB per file fails the write half-way, as a full disk does
    const ended = await runScript(
      'llama-tied',
      `const engine = await openEngine(options)
       const file = { path: ${JSON.stringify(path)}, header: new Uint8Array(8), tensors: engine.info.tensorNames }
       await engine.exportTensors([file]).catch((error) => console.log(error.code, error.message))
       // room again: the same path is free
       await engine.exportTensors([{ ...file, tensors: ['model.norm.weight'] }])
       await engine.close()`,
      'ulimit -f 64',
    )
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.out).toMatch(/^IO cannot write .*model\.safetensors: File too large\n$/)
    expect(await readdir(folder)).toEqual(['model.safetensors'])
    expect((await stat(path)).size).toBe(8 + 48 * 4)
  })

  it('refuses to overwrite, and keeps the existing file', async () => {
    const engine = await openGolden('llama-tied')
    const folder = await tempFolder()
    const path = join(folder, 'mine')
    await writeFile(path, 'mine')
    const file = { path, header: new Uint8Array(8), tensors: ['model.norm.weight'] }
    await expect(engine.exportTensors([file])).rejects.toMatchObject({
      code: 'IO',
      message: `cannot open ${path}: File exists`,
    })
    expect((await stat(path)).size).toBe(4)
  })

  it('into a missing folder names the file', async () => {
    const engine = await openGolden('llama-tied')
    const { weights } = await goldenOptions('llama-tied')
    const path = join(await tempFolder(), 'no', 'folder')
    const header = safetensorsHeader(weights)
    const file = { path, header, tensors: weights.map(({ name }) => name) }
    await expect(engine.exportTensors([file])).rejects.toMatchObject({
      code: 'IO',
      message: `cannot open ${path}: No such file or directory`,
    })
  })
})
