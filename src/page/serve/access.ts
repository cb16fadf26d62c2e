// Who may read the page. A browser runs foreign scripts beside it: they can send requests to every port of this machine, and
// make a name of theirs mean 127.0.0.1. So the Host must be ours, an Origin, where there is one, too, and a page that others
// on the network can reach needs a token.
import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

export interface Access {
  readonly port: number
  readonly token: string | null // null: loopback only, none is needed
}

/** What is looked at of a request. */
export interface Asked {
  readonly method: string
  readonly url: string // path and query
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly site: string | undefined // Sec-Fetch-Site
  readonly cookie: string | undefined
  readonly authorization: string | undefined
  readonly hasBody: boolean
}

export interface Refusal {
  readonly status: number
  readonly text: string
}

const mostUrl = 4096

/** Null: it may be answered. */
export function refusalOf(asked: Asked, access: Access): Refusal | null {
  if (!isOurHost(asked.host, access)) return { status: 403, text: 'this page does not answer to that Host' }
  if (asked.origin !== undefined && !isOurOrigin(asked.origin, asked.host!)) {
    return { status: 403, text: 'this page does not answer other pages (Origin)' }
  }
  if (asked.site === 'cross-site' && asked.url !== '/' && !asked.url.startsWith('/?')) {
    return { status: 403, text: 'this page does not answer other pages (Sec-Fetch-Site)' }
  }
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return { status: 405, text: 'only GET and HEAD' }
  if (asked.hasBody) return { status: 413, text: 'a request has no body here' }
  if (asked.url.length > mostUrl) return { status: 414, text: `an address has at most ${mostUrl} characters` }
  if (access.token !== null && !hasToken(asked, access.token)) {
    return { status: 401, text: 'open the address with its token, as serl dashboard has printed it' }
  }
  return null
}

function isOurHost(host: string | undefined, { port, token }: Access): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/i.exec(host ?? '')
  if (match === null || Number(match[2] ?? 80) !== port) return false
  const name = match[1]!.toLowerCase()
  if (['localhost', '127.0.0.1', '[::1]'].includes(name)) return true
  // with a token any name may mean this machine: a foreign page does not know the token, nor has it the cookie
  return token !== null && (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || /^[a-z0-9.-]+$/.test(name))
}

const isOurOrigin = (origin: string, host: string): boolean => origin.toLowerCase() === `http://${host.toLowerCase()}`

export const cookieName = (port: number): string => `serl-${port}`

/** In the address (the first time), in the cookie (from then on), or in a header (for programs). */
function hasToken({ url, cookie, authorization, host }: Asked, token: string): boolean {
  const port = Number(host?.split(':').at(-1))
  const inCookie = (cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('='))
    .find(([name]) => name === cookieName(port))?.[1]
  const given = [tokenIn(url), inCookie, /^Bearer (.+)$/.exec(authorization ?? '')?.[1]]
  return given.some((text) => text !== undefined && text !== null && isSame(text, token))
}

export const tokenIn = (url: string): string | null => {
  const start = url.indexOf('?')
  return start < 0 ? null : new URLSearchParams(url.slice(start + 1)).get('token')
}

/** In the same time for every wrong token of this length. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
