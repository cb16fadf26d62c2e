import { z } from 'zod'
import type { RunView } from './run-view.ts'
import type { Page, ProposalRow } from './shapes.ts'

const proposalLine = z.object({
  step: z.number(),
  id: z.string(),
  text: z.string(),
  kept: z.boolean(),
  reason: z.string().nullable(),
  rougeL: z.number().nullable().catch(null),
  nearest: z.string().nullable().catch(null),
  examples: z.array(z.string()).nullable().catch(null), // older runs have none
})

export interface ProposalFilter {
  readonly step?: number | undefined
  readonly verdict?: string | undefined // 'accepted', 'rejected' or a reason
  readonly text?: string | undefined // part of the question, whatever its case
  readonly from: number // line
}

const rowsPerPage = 50
const linesPerQuery = 20_000 // looked through at most; `next` says where to go on
const linesAtOnce = 500
const bytesAtOnce = 4 * 2 ** 20

/** Questions that the model wrote, from a line on. */
export async function proposalsOf({ proposals }: RunView, filter: ProposalFilter): Promise<Page<ProposalRow>> {
  await proposals.refresh()
  const { step, from } = filter
  const first = step === undefined ? from : Math.max(from, proposals.firstOf(step))
  const end = step === undefined ? proposals.count : proposals.firstOf(step + 1)
  const rows: ProposalRow[] = []
  let line = first
  while (line < end && line - first < linesPerQuery) {
    const lines = await proposals.read(line, Math.min(end, line + linesAtOnce), bytesAtOnce)
    if (lines.length === 0) break
    for (const value of lines) {
      const row = rowOf(value, line)
      line += 1
      if (row === null || !matches(row, filter)) continue
      rows.push(row)
      if (rows.length === rowsPerPage) return { rows, next: line < end ? line : null, total: proposals.count }
    }
  }
  return { rows, next: line < end ? line : null, total: proposals.count }
}

export function rowOf(value: unknown, line: number): ProposalRow | null {
  const parsed = proposalLine.safeParse(value)
  if (!parsed.success) return null
  const { kept, reason, ...rest } = parsed.data
  return { line, ...rest, verdict: kept ? 'accepted' : (reason ?? 'rejected') }
}

function matches(row: ProposalRow, { step, verdict, text }: ProposalFilter): boolean {
  if (step !== undefined && row.step !== step) return false
  if (verdict === 'rejected' ? row.verdict === 'accepted' : verdict !== undefined && row.verdict !== verdict)
    return false
  return text === undefined || row.text.toLowerCase().includes(text.toLowerCase())
}

/** The step in an id that a run gave: "step3-0-7". */
export const stepInId = (id: string): number | null => {
  const match = /^step(\d{1,9})-/.exec(id)
  return match === null ? null : Number(match[1])
}

/** The line of a proposal; null: there is none. */
export async function findProposal({ proposals }: RunView, id: string): Promise<ProposalRow | null> {
  const step = stepInId(id)
  if (step === null) return null
  await proposals.refresh()
  const end = proposals.firstOf(step + 1)
  for (let line = proposals.firstOf(step); line < end; ) {
    const lines = await proposals.read(line, Math.min(end, line + linesAtOnce), bytesAtOnce)
    if (lines.length === 0) return null
    const found = lines.findIndex((value) => (value as { id?: unknown } | null)?.id === id)
    if (found >= 0) return rowOf(lines[found], line + found)
    line += lines.length
  }
  return null
}
