import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { UserError } from '../../errors.ts'
import { openReader } from '../read/answer-query.ts'
import type { NamedRun } from '../read/find-runs.ts'
import { viewRun } from '../read/run-view.ts'
import { type Access, type Asked, cookieName, refusalOf, tokenIn } from './access.ts'
import { createApp, safeHeaders } from './app.ts'
import type { Assets } from './assets.ts'
import { type Events, openEvents } from './events.ts'

export interface ServeOptions {
  readonly runs: readonly NamedRun[]
  readonly assets: Assets
  readonly host: string // '127.0.0.1': this machine only; any other needs a token
  readonly port: number // 0: any that is free
  readonly everyMs?: number // how often run folders are looked at while someone watches; default 1000
}

export interface Serving {
  readonly address: string // to open, with its token
  close(): Promise<void>
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host)

const mostConnections = 128
const mostAtOnce = 16 // answers being made or sent

/**
 * Serves the page over some runs.
 * @throws UserError if the port is taken, or the host is not one of this machine
 */
export async function servePage({ runs, assets, host, port, everyMs }: ServeOptions): Promise<Serving> {
  const views = runs.map(viewRun)
  const events = openEvents(views, everyMs)
  const answer = getRequestListener(createApp(openReader(views), assets).fetch)
  const token = isLoopback(host) ? null : randomBytes(24).toString('base64url')
  let access: Access = { port, token }
  let atOnce = 0
  const server = createServer(limits, (request, response) => {
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value)
    const asked = askedBy(request)
    const refusal = refusalOf(asked, access)
    if (refusal !== null) return refuse(response, refusal.status, refusal.text)
    if (token !== null && tokenIn(asked.url) !== null) return greet(response, access)
    if (asked.url === '/api/events') return joinEvents(events, request, response)
    if (atOnce >= mostAtOnce) return refuse(response, 503, 'too many requests at once: try again')
    atOnce += 1
    response.on('close', () => {
      atOnce -= 1
    })
    void answer(request, response)
  })
  server.maxConnections = mostConnections
  server.maxRequestsPerSocket = 1000
  server.setTimeout(30_000) // a client that neither reads nor writes
  await listen(server, host, port)
  access = { port: (server.address() as AddressInfo).port, token }
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    address: `http://${shown}:${access.port}/${token === null ? '' : `?token=${token}`}`,
    close: async () => {
      events.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** Of a request that is slow to arrive, or never does. */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `port ${port} is taken: give another --port, or 0 for any that is free`
          : `cannot listen on ${host}, port ${port} (${cause.code}): give another --host or --port`
      fail(new UserError(why, { cause }))
    })
    server.listen(port, host, done)
  })
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

function askedBy({ method = 'GET', url = '/', headers }: IncomingMessage): Asked {
  return {
    ...{ method, url, host: headers.host, origin: headers.origin, cookie: headers.cookie },
    site: one(headers['sec-fetch-site']),
    authorization: headers.authorization,
    hasBody: headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0,
  }
}

/** The connection ends, so that a body that is still coming is not read. */
function refuse(response: ServerResponse, status: number, text: string): void {
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    Connection: 'close',
    ...(status === 503 && { 'Retry-After': '1' }),
  }
  response.writeHead(status, headers).end(`${text}\n`)
}

/** The token goes from the address, which is seen and remembered, into a cookie. */
function greet(response: ServerResponse, { port, token }: Access): void {
  const cookie = `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/`
  response.writeHead(303, { Location: '/', 'Set-Cookie': cookie, 'Cache-Control': 'no-store' }).end()
}

function joinEvents(events: Events, request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'HEAD') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end()
  else if (!events.join(response)) refuse(response, 503, 'too many pages are open')
}
