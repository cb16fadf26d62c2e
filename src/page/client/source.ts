// Where the page's data comes from: the server, or a report's own text.
import { queryText } from '../query-text.ts'
import type { Answers, QueryName } from '../read/shapes.ts'

type Params = Readonly<Record<string, string | number>>

/** A query that a report does not hold. */
export class NotInReport extends Error {}

const held = document.getElementById('data')
const report = held === null ? null : (JSON.parse(held.textContent ?? '{}') as Record<string, unknown>)

export const isReport = report !== null

export async function ask<Name extends QueryName>(name: Name, params: Params = {}): Promise<Answers[Name]> {
  if (report !== null) {
    const text = queryText(name, name === 'curves' ? { run: params.run ?? 0 } : params)
    if (!(text in report)) throw new NotInReport('This report does not hold it. serl dashboard shows the whole run.')
    return report[text] as Answers[Name]
  }
  const response = await fetch(`/api/${queryText(name, params)}`)
  const body = (await response.json().catch(() => null)) as Answers[Name] | { error: string } | null
  if (response.ok) return body as Answers[Name]
  throw new Error((body as { error?: string } | null)?.error ?? `the server answered with ${response.status}`)
}

/** What the server says when a run has gone on. */
export interface Change {
  readonly run: number
}

/** @returns ends it */
export function listen(onChange: (change: Change) => void, onState: (isLive: boolean) => void): () => void {
  if (report !== null) return () => {}
  const events = new EventSource('/api/events')
  events.addEventListener('open', () => onState(true))
  events.addEventListener('error', () => onState(false)) // the browser tries again by itself
  events.addEventListener('changed', (event) => onChange(JSON.parse((event as MessageEvent<string>).data) as Change))
  return () => events.close()
}
