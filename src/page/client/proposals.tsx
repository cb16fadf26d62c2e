import { useState } from 'preact/hooks'
import type { Ancestor, Page, ProposalRow, RunSummary } from '../read/shapes.ts'
import { number } from './format.ts'
import { Scroll } from './scroll.tsx'
import { ask } from './source.ts'
import { link, useLoaded } from './use.ts'

interface Props {
  readonly run: RunSummary
  readonly params: Readonly<Record<string, string>>
  readonly version: number
}

const reasons = ['accepted', 'rejected', 'duplicate', 'similar', 'has-answer', 'too-short', 'too-long']

/** Every question that the model wrote: verdict, nearest text, and where it comes from. */
export function Proposals({ run, params, version }: Props) {
  const filter = Object.fromEntries(
    Object.entries({ step: params.step, verdict: params.verdict, text: params.text }).filter(([, value]) => value),
  ) as Record<string, string>
  const from = Number(params.from ?? 0)
  const query = { run: run.run, from, ...filter }
  const { value, error } = useLoaded(`${JSON.stringify(query)} ${from === 0 ? version : ''}`, () =>
    ask('proposals', query),
  )
  const here = (more: Record<string, string | number>): string =>
    link('proposals', { run: run.run, ...filter, ...more })
  return (
    <section aria-labelledby="title">
      <h2 id="title" tabindex={-1}>
        Questions proposed by {run.name}
      </h2>
      <Filters filter={filter} run={run} />
      {error !== null && <p role="alert">{error}</p>}
      {params.id !== undefined && <Origin run={run} id={params.id} />}
      {value !== null && <Rows page={value} to={(id) => here({ from, id })} />}
      {value !== null && <Pager page={value} from={from} to={(line) => here({ from: line })} />}
    </section>
  )
}

function Filters({ filter, run }: { filter: Readonly<Record<string, string>>; run: RunSummary }) {
  const apply = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = [...form.entries()].filter(([, value]) => value !== '') as [string, string][]
    location.hash = link('proposals', { run: run.run, ...Object.fromEntries(given) })
  }
  return (
    <form class="tools" onSubmit={apply}>
      <label>
        Step <input name="step" inputMode="numeric" pattern="\d*" size={5} defaultValue={filter.step ?? ''} />
      </label>
      <label>
        Verdict{' '}
        <select name="verdict">
          <option value="">any</option>
          {reasons.map((reason) => (
            <option key={reason} selected={reason === filter.verdict}>
              {reason}
            </option>
          ))}
        </select>
      </label>
      <label>
        Text <input name="text" type="search" maxLength={200} defaultValue={filter.text ?? ''} />
      </label>
      <button type="submit">Find</button>
    </form>
  )
}

function Rows({ page, to }: { page: Page<ProposalRow>; to: (id: string) => string }) {
  if (page.rows.length === 0) return <p class="empty">No question here.</p>
  return (
    <Scroll label="Questions proposed">
      <table class="cards">
        <caption>{page.total} proposals in the run</caption>
        <thead>
          <tr>
            <th scope="col">question</th>
            <th scope="col">verdict</th>
            <th scope="col">step</th>
            <th scope="col">ROUGE-L</th>
            <th scope="col">nearest text</th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr key={row.line}>
              <td class="text">
                <a href={to(row.id)}>{row.text}</a>
              </td>
              <td data-name="verdict">
                <Verdict verdict={row.verdict} />
              </td>
              <td data-name="step">{row.step}</td>
              <td data-name="ROUGE-L">{row.rougeL === null ? '' : number(row.rougeL)}</td>
              <td data-name="nearest" class="text quiet">
                {row.nearest}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

export function Verdict({ verdict }: { verdict: string }) {
  const isGood = verdict === 'accepted' || verdict === 'kept'
  return <span class={isGood ? 'verdict good' : 'verdict'}>{verdict}</span>
}

interface PagerProps {
  readonly page: { readonly next: number | null }
  readonly from: number
  readonly to: (line: number) => string
}

export function Pager({ page, from, to }: PagerProps) {
  if (page.next === null && from === 0) return null
  return (
    <nav class="pager" aria-label="Pages">
      {from > 0 && <a href={to(0)}>First</a>}
      {page.next !== null && <a href={to(page.next)}>Next</a>}
    </nav>
  )
}

/** A question, the examples of its prompt, theirs, and where it was answered. */
function Origin({ run, id }: { run: RunSummary; id: string }) {
  const { value, error } = useLoaded(`${run.run} ${id}`, () => ask('proposal', { run: run.run, id }))
  if (error !== null) return <p role="alert">{error}</p>
  if (value === null) return null
  return (
    <article class="card" aria-label="Where this question comes from">
      <h3>{value.text}</h3>
      <p>
        <Verdict verdict={value.verdict} /> in step {value.step}
        {value.answered.map(({ step, line }) => (
          <>
            {', '}
            <a href={link('answers', { run: run.run, step, line })}>answered in step {step}</a>
          </>
        ))}
      </p>
      {value.nearest !== null && (
        <p>
          Nearest text (ROUGE-L {number(value.rougeL)}): <q>{value.nearest}</q>
        </p>
      )}
      <h4>Examples in its prompt</h4>
      {value.examples === null ? (
        <p>This run did not record them.</p>
      ) : (
        <Examples run={run} of={value.ancestry} isOpen />
      )}
    </article>
  )
}

function Examples({ run, of, isOpen = false }: { run: RunSummary; of: readonly Ancestor[]; isOpen?: boolean }) {
  const [open, setOpen] = useState(isOpen)
  const list = (
    <ul class="tree">
      {of.map((each) => (
        <li key={each.id}>
          <code>{each.id}</code> {each.text ?? <em>text not found</em>}
          {each.examples.length > 0 && <Examples run={run} of={each.examples} />}
          {each.cut && each.examples.length === 0 && (
            <>
              {' '}
              <a href={link('proposals', { run: run.run, id: each.id })}>its examples</a>
            </>
          )}
        </li>
      ))}
    </ul>
  )
  if (isOpen) return list
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{of.length} examples</summary>
      {open && list}
    </details>
  )
}
