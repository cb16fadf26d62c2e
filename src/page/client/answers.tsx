import type { GroupRow, Page, RunSummary } from '../read/shapes.ts'
import { number, share } from './format.ts'
import { Group } from './group.tsx'
import { Pager, Verdict } from './proposals.tsx'
import { Scroll } from './scroll.tsx'
import { ask } from './source.ts'
import { link, useLoaded } from './use.ts'

interface Props {
  readonly run: RunSummary
  readonly params: Readonly<Record<string, string>>
  readonly version: number
}

/** The questions that a step answered, and one of them with all its answers. */
export function Answers({ run, params, version }: Props) {
  const { value: steps, error } = useLoaded(`${run.run} ${version}`, () => ask('steps', { run: run.run }))
  const step = params.step === undefined ? (steps?.at(-1)?.step ?? null) : Number(params.step)
  return (
    <section aria-labelledby="title">
      <h2 id="title" tabindex={-1}>
        Answers of {run.name}
      </h2>
      {error !== null && <p role="alert">{error}</p>}
      {steps?.length === 0 && <p class="empty">No question has been answered yet.</p>}
      {steps !== null && steps.length > 0 && (
        <div class="tools">
          <label>
            Step{' '}
            <select
              value={step ?? ''}
              onChange={(event) => {
                location.hash = link('answers', { run: run.run, step: event.currentTarget.value })
              }}
            >
              {steps.map((row) => (
                <option key={row.step} value={row.step}>
                  {row.step}
                  {row.groups === null ? '' : ` (${row.groups} questions)`}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {step !== null && params.line !== undefined && <Group run={run} step={step} line={Number(params.line)} />}
      {step !== null && <Groups run={run} step={step} from={Number(params.from ?? 0)} version={version} />}
    </section>
  )
}

function Groups({ run, step, from, version }: { run: RunSummary; step: number; from: number; version: number }) {
  const query = { run: run.run, step, from }
  const { value, error } = useLoaded(`${JSON.stringify(query)} ${version}`, () => ask('groups', query))
  if (error !== null) return <p role="alert">{error}</p>
  if (value === null) return null
  return (
    <>
      <GroupTable page={value} step={step} to={(line) => link('answers', { run: run.run, step, from, line })} />
      <Pager page={value} from={from} to={(line) => link('answers', { run: run.run, step, from: line })} />
    </>
  )
}

function GroupTable({ page, step, to }: { page: Page<GroupRow>; step: number; to: (line: number) => string }) {
  return (
    <Scroll label="Questions answered">
      <table class="cards">
        <caption>
          {page.total} questions answered in step {step}
        </caption>
        <thead>
          <tr>
            <th scope="col">question</th>
            <th scope="col">verdict</th>
            <th scope="col">majority</th>
            <th scope="col">share</th>
            <th scope="col">margin</th>
            <th scope="col">answers</th>
            <th scope="col">reward</th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr key={row.line}>
              <td class="text">
                <a href={to(row.line)}>{row.text}</a>
              </td>
              <td data-name="verdict">
                <Verdict verdict={row.verdict} />
              </td>
              <td data-name="majority">{row.majority ?? 'none'}</td>
              <td data-name="share">{share(row.majorityShare)}</td>
              <td data-name="margin">{row.margin ?? 'not recorded'}</td>
              <td data-name="different answers">{row.classes}</td>
              <td data-name="reward">{number(row.rewardMean)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
