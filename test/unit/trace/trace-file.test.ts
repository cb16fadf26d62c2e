import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openTraceFile, withTraceFile } from '../../../src/trace/trace-file.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { children, readSpans } from '../../support/trace.ts'

const options = { processName: 'test', inputs: [] }

describe('a trace file', () => {
  it('holds spans nested as they ran, with their arguments', async () => {
    const path = join(await tempFolder(), 'trace.json')
    const result = await withTraceFile(path, options, (trace) =>
      trace.span('outer', async () => {
        const first = await trace.span(
          'first',
          async () => 3,
          (n) => ({ n }),
        )
        return first + (await trace.span('second', async () => 4))
      }),
    )
    expect(result).toBe(7)
    const spans = await readSpans(path)
    expect(spans.map((span) => span.name)).toEqual(['outer', 'first', 'second'])
    expect(spans.map((span) => span.depth)).toEqual([0, 1, 1])
    expect(spans[1]!.args).toEqual({ n: 3 })
    expect(children(spans, spans[0]!).map((span) => span.name)).toEqual(['first', 'second'])
    expect(await readdir(join(path, '..'))).toEqual(['trace.json'])
  })

  it('is complete after an error, which it names', async () => {
    const path = join(await tempFolder(), 'trace.json')
    const failing = withTraceFile(path, options, (trace) =>
      trace.span('outer', () => trace.span('inner', () => Promise.reject(new Error('no "luck"')))),
    )
    await expect(failing).rejects.toThrow('no "luck"')
    const spans = await readSpans(path)
    expect(spans.map(({ name, args }) => [name, args])).toEqual([
      ['outer', { error: 'no "luck"' }],
      ['inner', { error: 'no "luck"' }],
    ])
  })

  it('ends spans that are still open when it is closed, the inner ones inside the outer', async () => {
    const path = join(await tempFolder(), 'trace.json')
    const trace = await openTraceFile(path, 'test')
    const never = new Promise<void>(() => {})
    void trace.span('outer', () => trace.span('inner', () => never))
    trace.close()
    trace.close()
    const spans = await readSpans(path)
    expect(spans.map(({ name, depth, args }) => [name, depth, args])).toEqual([
      ['outer', 0, { unfinished: true }],
      ['inner', 1, { unfinished: true }],
    ])
  })

  it('is complete when the process is ended in the middle', async () => {
    const folder = await tempFolder()
    const source = fileURLToPath(new URL('../../../src/trace/trace-file.ts', import.meta.url))
    const script = join(folder, 'quit.ts')
    await writeFile(
      script,
      `import { openTraceFile } from ${JSON.stringify(source)}
       openTraceFile(process.argv[2], 'test').then((trace) => trace.span('work', async () => process.exit(130)))`,
    )
    const path = join(folder, 'trace.json')
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, path], { encoding: 'utf8' })
    expect(status).toBe(130)
    expect((await readSpans(path)).map(({ name, args }) => [name, args])).toEqual([['work', { unfinished: true }]])
  })

  it('replaces an old trace only when it is done', async () => {
    const path = join(await tempFolder(), 'trace.json')
    await writeFile(path, 'old')
    await withTraceFile(path, options, async () => expect(await readFile(path, 'utf8')).toBe('old'))
    expect(await readSpans(path)).toEqual([])
  })

  it('is refused before the work starts if it cannot be written', async () => {
    const folder = await tempFolder()
    const input = join(folder, 'questions.jsonl')
    await writeFile(input, '{}\n')
    const path = join(input, 'trace.json')
    let ran = false
    const work = async (): Promise<void> => {
      ran = true
    }
    await expect(withTraceFile(path, options, work)).rejects.toThrow(`cannot write ${path}: a file is in the way`)
    await expect(withTraceFile(input, { ...options, inputs: [input] }, work)).rejects.toThrow(/is also an input/)
    expect(ran).toBe(false)
    expect(existsSync(path)).toBe(false)
  })
})
