import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../../src/eval/response-store.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const response = (text: string) => ({ text, tokens: text.length, finishReason: 'stop' as const })

describe('openStore', () => {
  it('finds again what was added, behind a header', async () => {
    const path = join(await tempFolder(), 'deep', 'store.jsonl')
    const store = await openStore(path, { model: 'm' })
    expect(store.get('a')).toBeUndefined()
    await store.add([{ prompt: 'a', responses: [response('1')] }])
    await store.add([{ prompt: 'b', responses: [response('2')] }])
    expect(store.get('b')).toEqual([response('2')])
    await store.close()
    expect((await readFile(path, 'utf8')).split('\n').slice(0, 1)).toEqual(['{"model":"m"}'])
    const again = await openStore(path, { model: 'm' })
    expect([again.get('a'), again.get('b')]).toEqual([[response('1')], [response('2')]])
  })

  it('skips a line that a crash cut off, and does not append to it', async () => {
    const path = join(await tempFolder(), 'store.jsonl')
    const store = await openStore(path, {})
    await store.add([{ prompt: 'a', responses: [response('1')] }])
    await store.close()
    await appendFile(path, '{"prompt":"b","resp')
    const after = await openStore(path, {})
    expect(after.get('b')).toBeUndefined()
    await after.add([{ prompt: 'c', responses: [response('3')] }])
    await after.close()
    const again = await openStore(path, {})
    expect([again.get('a'), again.get('b'), again.get('c')]).toEqual([[response('1')], undefined, [response('3')]])
  })

  it('ignores existing lines if told to start fresh, and newer lines win', async () => {
    const path = join(await tempFolder(), 'store.jsonl')
    const store = await openStore(path, {})
    await store.add([{ prompt: 'a', responses: [response('old')] }])
    await store.close()
    const fresh = await openStore(path, {}, true)
    expect(fresh.get('a')).toBeUndefined()
    await fresh.add([{ prompt: 'a', responses: [response('new')] }])
    await fresh.close()
    expect((await openStore(path, {})).get('a')).toEqual([response('new')])
  })

  it('names the place that it cannot write to', async () => {
    const file = join(await tempFolder(), 'file')
    await writeFile(file, '')
    await expect(openStore(join(file, 'store.jsonl'), {})).rejects.toThrow(
      /cannot read .*store\.jsonl: a part of the path is a file/,
    )
  })
})
