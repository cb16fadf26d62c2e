import { readFile } from 'node:fs/promises'

export interface Span {
  readonly name: string
  readonly ts: number // µs
  readonly dur: number // µs
  readonly args: Readonly<Record<string, unknown>>
  readonly depth: number // number of enclosing spans
}

interface TraceEvent extends Omit<Span, 'depth'> {
  readonly ph: string
}

const end = (span: Pick<Span, 'ts' | 'dur'>): number => span.ts + span.dur

/**
 * The spans of a trace file, each behind the one it lies in.
 * @throws if the file is not a trace, or two spans overlap without one lying in the other
 */
export async function readSpans(path: string): Promise<Span[]> {
  const { traceEvents } = JSON.parse(await readFile(path, 'utf8')) as { traceEvents: TraceEvent[] }
  // written as they end: where two began at once and took as long, the later line is the outer
  const events = traceEvents.filter(({ ph }) => ph === 'X').reverse()
  events.sort((a, b) => a.ts - b.ts || b.dur - a.dur)
  const open: TraceEvent[] = []
  return events.map((event) => {
    while (open.length > 0 && end(open.at(-1)!) <= event.ts && open.at(-1)!.dur > 0) open.pop()
    const outer = open.at(-1)
    if (outer !== undefined && end(event) > end(outer)) throw new Error(`${event.name} begins in ${outer.name} only`)
    open.push(event)
    return { ...event, depth: open.length - 1 }
  })
}

/** The spans directly inside `outer`. */
export function children(spans: readonly Span[], outer: Span): Span[] {
  const inner = spans.slice(spans.indexOf(outer) + 1)
  const after = inner.findIndex((span) => span.depth <= outer.depth)
  return (after < 0 ? inner : inner.slice(0, after)).filter((span) => span.depth === outer.depth + 1)
}
