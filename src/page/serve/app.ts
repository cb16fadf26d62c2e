import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { BadQuery, isQueryName, NotFound, type Reader } from '../read/answer-query.ts'
import type { Assets } from './assets.ts'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** On every answer, refusals included. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

const texts = { html: 'text/html', script: 'text/javascript', style: 'text/css' } as const

/** The page's files, and its queries under /api/. Events are served beside it (events.ts). */
export function createApp(reader: Reader, assets: Assets): Hono {
  const app = new Hono()
  const file = (name: keyof Assets) => {
    const body = assets[name]
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
    return (context: Context) => {
      const headers = { 'Content-Type': `${texts[name]}; charset=utf-8`, 'Cache-Control': 'no-cache', ETag: etag }
      if (context.req.header('If-None-Match') === etag) return context.body(null, 304, headers)
      return context.body(body, 200, headers)
    }
  }
  app.get('/', file('html'))
  app.get('/page.js', file('script'))
  app.get('/page.css', file('style'))
  app.get('/api/:name', async (context) => {
    const name = context.req.param('name')
    if (!isQueryName(name)) return context.json({ error: `there is no query ${name.slice(0, 40)}` }, 404)
    try {
      return context.json(await reader.answer(name, context.req.query()), 200, { 'Cache-Control': 'no-store' })
    } catch (error) {
      if (error instanceof BadQuery) return context.json({ error: error.message }, 400)
      if (error instanceof NotFound) return context.json({ error: error.message }, 404)
      throw error
    }
  })
  app.notFound((context) => context.json({ error: 'there is no such page' }, 404))
  // its message may name a file of this machine
  app.onError((_, context) => context.json({ error: 'the run folder cannot be read' }, 500))
  return app
}
