import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { type HubOptions, readHubSet } from '../../../src/eval/hub.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const asked: { path: string; token: string | undefined }[] = []
let busy = 0 // number of 503 answers left

/** The dataset viewer's answers for a set with 250 rows in two splits. */
function answer(request: IncomingMessage): { status: number; body: unknown } {
  const { pathname, searchParams } = new URL(request.url!, 'http://hub')
  asked.push({ path: request.url!, token: request.headers.authorization })
  if (busy > 0) {
    busy -= 1
    return { status: 503, body: {} }
  }
  const dataset = searchParams.get('dataset')
  if (dataset === 'me/private' && request.headers.authorization !== 'Bearer secret') {
    return { status: 401, body: { error: 'The dataset does not exist, or is not accessible' } }
  }
  if (pathname === '/splits') {
    const parts = dataset === 'me/many' ? ['a', 'b'] : ['main']
    const splits = parts.flatMap((config) => ['train', 'test'].map((split) => ({ dataset, config, split })))
    return { status: 200, body: { splits } }
  }
  if (dataset === 'me/html') return { status: 200, body: '<html>sign in</html>' }
  if (dataset === 'me/null') return { status: 200, body: null }
  if (dataset === 'me/fewer') return { status: 200, body: { rows: [], num_rows_total: 9 } }
  const [offset, length] = ['offset', 'length'].map((name) => Number(searchParams.get(name))) as [number, number]
  const rows = Array.from({ length: Math.min(length, 250 - offset) }, (_, i) => ({
    row_idx: offset + i,
    row: { question: `${searchParams.get('split')} ${offset + i}`, answer: '1' },
    truncated_cells: dataset === 'me/long' ? ['question'] : [],
  }))
  return { status: 200, body: { rows, num_rows_total: 250 } }
}

const server = createServer((request, response) => {
  const { status, body } = answer(request)
  if (request.url!.includes('me%2Fcut')) {
    response.writeHead(200, { 'content-length': 99 }).write('{"rows":', () => response.destroy())
    return
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
let endpoint: string
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
})

/** An address that no longer answers. */
async function closedPort(): Promise<string> {
  const gone = createServer()
  await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done))
  const { port } = gone.address() as AddressInfo
  await new Promise((done) => gone.close(done))
  return `http://127.0.0.1:${port}`
}

const options = async (env: Record<string, string> = {}): Promise<HubOptions> => ({
  env: { HF_ENDPOINT: endpoint, ...env },
  cache: await tempFolder(),
})

describe('a set of the hub', () => {
  it('is fetched page by page, once', async () => {
    const from = await options()
    asked.splice(0)
    const { file, rows } = await readHubSet({ dataset: 'me/set' }, from)
    expect(file).toBe(join(from.cache, 'sets', 'me__set', 'main__test.jsonl'))
    expect(rows.length).toBe(250)
    expect(rows[249]).toEqual({ line: 250, value: { question: 'test 249', answer: '1' } })
    expect(asked.map(({ path }) => path.replace(/.*offset=(\d+).*/, '$1'))).toEqual([
      '/splits?dataset=me%2Fset',
      '0',
      '100',
      '200',
    ])
    asked.splice(0)
    const part = { dataset: 'me/set', config: 'main', split: 'test' }
    const offline = { ...from, env: { HF_HUB_OFFLINE: '1' } }
    expect((await readHubSet(part, offline)).rows.length).toBe(250)
    expect(asked).toEqual([])
    await expect(readHubSet({ dataset: 'me/other' }, offline)).rejects.toThrow(
      /HF_HUB_OFFLINE is set.*give the file's path/,
    )
  })

  it('is requested with the token, and again if the hub is busy', async () => {
    busy = 1
    const { rows } = await readHubSet({ dataset: 'me/private' }, await options({ HF_TOKEN: 'secret' }))
    expect(rows.length).toBe(250)
    const refused = readHubSet({ dataset: 'me/private' }, await options())
    await expect(refused).rejects.toThrow(
      /me\/private: .* answered 401 \(The dataset does not exist.*needs HF_TOKEN.*download it as JSONL/,
    )
  })

  it('must have one part, be reachable and complete', async () => {
    const from = await options()
    await expect(readHubSet({ dataset: 'me/many' }, from)).rejects.toThrow(
      /it has several parts: give one of me\/many:a:train, me\/many:a:test, me\/many:b:train/,
    )
    const long = readHubSet({ dataset: 'me/long', config: 'main', split: 'test' }, from)
    await expect(long).rejects.toThrow(/row 0 is too long for the hub's viewer \(question\)/)
    const nowhere = { ...from, env: { HF_ENDPOINT: await closedPort() } }
    await expect(readHubSet({ dataset: 'me/set' }, nowhere)).rejects.toThrow(
      /127\.0\.0\.1:\d+ cannot be reached \(.*ECONNREFUSED.*\)\. Alternatively, download it/,
    )
  })

  it.each([
    ['me/html', /did not answer like the hub's viewer: .*sign in.* Alternatively, download it as JSONL/],
    ['me/null', /did not answer like the hub's viewer: "null"/],
    ['me/cut', /broke off its answer/],
    ['me/fewer', /shows 0 of its 9 rows/],
  ])('%s is refused, and not kept', async (dataset, message) => {
    const from = await options()
    const reading = readHubSet({ dataset, config: 'main', split: 'test' }, from)
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.toBeInstanceOf(UserError)
    const offline = { ...from, env: { HF_HUB_OFFLINE: '1' } }
    await expect(readHubSet({ dataset, config: 'main', split: 'test' }, offline)).rejects.toThrow(/no cached copy/)
  })

  it('requires an address', async () => {
    const from = await options({ HF_ENDPOINT: 'nowhere' })
    await expect(readHubSet({ dataset: 'me/set' }, from)).rejects.toThrow(/HF_ENDPOINT = nowhere is not a URL/)
  })
})
