import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Serving, servePage } from '../../../src/page/serve/serve.ts'
import { endRun, pageRun, writeStep } from '../../support/page-run.ts'
import { rawHttp } from '../../support/raw-http.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const assets = { html: '<!doctype html><title>SeRL</title>', script: 'let a = 1', style: 'a { }' }

let folder = ''
let run = ''
let serving: Serving
let port = 0
const { get, open, status, endAll } = rawHttp(() => port)
const serve = async (host = '127.0.0.1'): Promise<void> => {
  serving = await servePage({ runs: [{ name: 'one', folder: run }], assets, host, port: 0, everyMs: 20 })
  port = Number(new URL(serving.address).port)
}
beforeEach(async () => {
  folder = await tempFolder()
  run = await pageRun(join(folder, 'one'))
  await serve()
})
afterEach(async () => {
  endAll()
  await serving.close()
})

describe('the page', () => {
  it('is served with its files, which no other page may use and which load nothing from elsewhere', async () => {
    for (const [path, type, body] of [
      ['/', 'text/html', assets.html],
      ['/page.js', 'text/javascript', assets.script],
      ['/page.css', 'text/css', assets.style],
    ] as const) {
      const got = await get(path)
      expect(got).toMatchObject({ status: 200, body })
      expect(got.headers['content-type']).toBe(`${type}; charset=utf-8`)
      expect(got.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /)
      expect(got.headers['content-security-policy']).not.toMatch(/unsafe|http|\*/)
      expect(got.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(got.headers['access-control-allow-origin']).toBeUndefined()
      expect(await status(path, { 'If-None-Match': String(got.headers.etag) })).toBe(304)
    }
  })

  it('answers queries, and says what is wrong with one', async () => {
    expect(JSON.parse((await get('/api/runs')).body)).toMatchObject([{ name: 'one', steps: 5 }])
    expect(JSON.parse((await get('/api/curves?run=0&keys=kl.mean')).body).steps).toHaveLength(6)
    expect(await get('/api/curves?run=0')).toMatchObject({ status: 400, body: expect.stringContaining('keys') })
    expect(await get('/api/guards?run=1')).toMatchObject({ status: 404, body: '{"error":"there is no run 1"}' })
    for (const path of ['/api/nothing', '/api/constructor', '/api/__proto__', '/nothing'])
      expect(await status(path)).toBe(404)
  })
})

describe('who may ask', () => {
  it.each([
    ['evil.example', 403],
    ['127.0.0.1:1', 403],
    ['127.0.0.1.evil.example:PORT', 403],
    ['localhost.evil.example:PORT', 403],
    ['user@127.0.0.1:PORT', 403],
    ['0.0.0.0:PORT', 403],
    ['192.168.0.7:PORT', 403],
    ['127.0.0.1:PORT', 200],
    ['localhost:PORT', 200],
    ['[::1]:PORT', 200],
  ])('Host %s: %i', async (host, expected) => {
    expect(await status('/api/runs', { Host: host.replace('PORT', String(port)) })).toBe(expected)
  })

  it('a request without a Host is refused', async () => {
    const socket = await open('GET /api/runs HTTP/1.0\r\n\r\n')
    expect(String(((await once(socket, 'data')) as [Buffer])[0])).toMatch(/^HTTP\/1\.[01] 403 /)
  })

  it.each([
    ['http://evil.example', 403],
    ['https://127.0.0.1:PORT', 403],
    ['http://127.0.0.1:1', 403],
    ['http://localhost:PORT', 403], // another origin than the Host
    ['null', 403],
    ['http://127.0.0.1:PORT', 200],
  ])('Origin %s: %i', async (origin, expected) => {
    expect(await status('/api/runs', { Origin: origin.replace('PORT', String(port)) })).toBe(expected)
    expect(await status('/', { Origin: origin.replace('PORT', String(port)) })).toBe(expected)
  })

  it('another page may link to it, and not use its data', async () => {
    const cross = { 'Sec-Fetch-Site': 'cross-site' }
    expect(await status('/', cross)).toBe(200)
    for (const path of ['/api/runs', '/api/events', '/page.js']) expect(await status(path, cross)).toBe(403)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is refused', async (method) => {
    expect(await status('/api/runs', {}, method)).toBe(405)
  })
})

describe('a page that others can reach', () => {
  beforeEach(async () => {
    await serving.close()
    await serve('0.0.0.0')
  })

  it('needs the token, which goes from the address into a cookie', async () => {
    const token = new URL(serving.address).searchParams.get('token')!
    expect(token.length).toBeGreaterThanOrEqual(32)
    for (const path of [
      '/',
      '/api/runs',
      '/api/events',
      '/?token=',
      `/?token=${token}x`,
      `/?token=${'x'.repeat(token.length)}`,
    ])
      expect(await status(path)).toBe(401)
    const first = await get(`/?token=${token}`)
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(String(first.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    const cookie = String(first.headers['set-cookie']).split(';')[0]!
    expect(await status('/api/runs', { Cookie: `other=1; ${cookie}` })).toBe(200)
    expect(await status('/api/runs', { Authorization: `Bearer ${token}` })).toBe(200)
    expect(await status('/api/runs', { Authorization: `Bearer ${token.slice(1)}` })).toBe(401)
    expect(await status('/api/runs', { Cookie: cookie, Origin: 'http://evil.example' })).toBe(403)
  })
})

describe('files of the machine', () => {
  it.each([
    '/../config.yaml',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/api/../../../etc/passwd',
    '/config.yaml',
    '/one/config.yaml',
    '//etc/passwd',
    '/page.js/../../package.json',
    '/page.js%00.txt',
    '/..\\..\\config.yaml',
  ])('%s is no page', async (path) => {
    const got = await get(path)
    expect([400, 404]).toContain(got.status)
    expect(got.body).not.toMatch(/preset|root:/)
  })

  it('are not reached by a step, a line or an id', async () => {
    for (const query of ['groups?run=0&step=..%2f', 'group?run=0&step=1&line=../x', 'groups?run=0&step=1%00']) {
      expect(await status(`/api/${query}`)).toBe(400)
    }
    expect(await status('/api/proposal?run=0&id=..%2f..%2fetc%2fpasswd')).toBe(404)
  })

  it('are not read through links in a run folder, whatever they hold', async () => {
    const linked = join(folder, 'linked')
    await mkdir(join(linked, 'rollouts'), { recursive: true })
    await endRun(run)
    await writeFile(join(run, 'trace.json'), '{"name":"open model","ph":"X","ts":0,"dur":1}\n')
    const names = ['config.yaml', 'seeds.jsonl', 'metrics.jsonl', 'instructions.jsonl', 'outcome.json', 'trace.json']
    for (const name of [...names, 'trained', 'rollouts/step-000001.jsonl'])
      await symlink(join(run, name), join(linked, name))
    await serving.close()
    serving = await servePage({ runs: [{ name: 'linked', folder: linked }], assets, host: '127.0.0.1', port: 0 })
    port = Number(new URL(serving.address).port)
    const answer = async (query: string) => JSON.parse((await get(`/api/${query}`)).body)
    expect(await answer('runs')).toMatchObject([{ steps: 0, preset: null, accuracy: null, modelOfStep: null }])
    expect(await answer('curves?run=0&keys=kl.mean')).toMatchObject({ steps: [] })
    expect(await answer('groups?run=0&step=1')).toMatchObject({ rows: [], total: 0 })
    expect(await answer('proposals?run=0')).toMatchObject({ rows: [], total: 0 })
    expect(await answer('settings?runs=0')).toEqual([])
    expect(await answer('trace?run=0')).toBeNull()
    expect(await status('/api/group?run=0&step=1&line=0')).toBe(404)
    expect(await status('/api/proposal?run=0&id=step1-0-0')).toBe(404)
  })

  it('are not named in an error', async () => {
    await writeFile(join(run, 'outcome.json'), '{"step":')
    expect((await get('/api/runs')).body).not.toContain(folder)
  })
})

describe('clients that are slow, huge or half open', () => {
  it('a long address, large headers and a body are refused, and the connection ends', async () => {
    expect(await status(`/api/runs?x=${'x'.repeat(5000)}`)).toBe(414)
    expect(await status('/api/runs', { 'X-Large': 'x'.repeat(20_000) })).toBe(431)
    expect(await get('/api/runs', { 'Content-Length': '1000000000' })).toMatchObject({
      status: 413,
      headers: { connection: 'close' },
    })
    expect(await status('/api/runs', { 'Transfer-Encoding': 'chunked' })).toBe(413)
  })

  it('nonsense is refused', async () => {
    const socket = await open('\x16\x03\x01\x02 hello\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('a hundred half-open connections end by themselves, and harm nobody meanwhile', async () => {
    const half = await Promise.all(
      Array.from({ length: 100 }, (_, i) => open(i % 2 === 0 ? '' : 'GET /api/runs HTTP/1.1\r\nHost: 127')),
    )
    const started = performance.now()
    expect(await status('/api/runs')).toBe(200)
    expect(performance.now() - started).toBeLessThan(3000)
    for (const socket of half) socket.resume()
    await Promise.all(half.map((socket) => (socket.closed ? null : once(socket, 'close'))))
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(await status('/api/runs')).toBe(200)
  })

  it('listeners beyond 32 are refused, and make room when they leave', async () => {
    const listen = `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
    const all = await Promise.all(Array.from({ length: 32 }, () => open(listen)))
    await Promise.all(all.map((socket) => once(socket, 'data')))
    expect(await status('/api/events')).toBe(503)
    all[0]!.destroy()
    await expect
      .poll(async () => {
        const socket = await open(listen)
        return String(((await once(socket, 'data')) as [Buffer])[0]).slice(9, 12)
      })
      .toBe('200')
  })
})

describe('events', () => {
  const events = async (): Promise<() => string> => {
    const socket = await open(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    let heard = ''
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
    })
    await expect.poll(() => heard).toContain('retry: 2000')
    await new Promise((done) => setTimeout(done, 200)) // the state before
    return () => heard
  }

  it('tell of every step, of the end, and of steps taken back', async () => {
    const heard = await events()
    expect(heard()).toMatch(/content-type: text\/event-stream/i)
    expect(heard()).not.toContain('event: changed')
    await writeStep(run, 6)
    await expect.poll(heard).toMatch(/event: changed\r?\ndata: \{"run":0,[^\n]*"steps":6/)
    await endRun(run)
    await expect.poll(heard).toMatch(/"state":"ended"/)
    await writeFile(join(run, 'metrics.jsonl'), '{"step":0,"loss":1}\n')
    await expect.poll(heard).toMatch(/"steps":0,"generation":1/)
  })

  it('end with the server', async () => {
    const socket = await open(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    await once(socket, 'data')
    await Promise.all([once(socket, 'close'), serving.close()])
  })
})

it('a port that is taken is said in words', async () => {
  const again = servePage({ runs: [], assets, host: '127.0.0.1', port })
  await expect(again).rejects.toThrow(`port ${port} is taken: give another --port, or 0 for any that is free`)
  await expect(servePage({ runs: [], assets, host: '203.0.113.7', port: 0 })).rejects.toThrow(
    /cannot listen on 203\.0\.113\.7/,
  )
})
