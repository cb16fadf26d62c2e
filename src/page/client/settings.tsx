import type { RunSummary } from '../read/shapes.ts'
import { Scroll } from './scroll.tsx'
import { ask } from './source.ts'
import { useLoaded, useRemembered } from './use.ts'

/** The settings of the runs shown, side by side. */
export function Settings({ runs }: { runs: readonly RunSummary[] }) {
  const [onlyOther, setOnlyOther] = useRemembered<boolean>('differences', true)
  const asked = runs.map(({ run }) => run).join(',')
  const { value, error } = useLoaded(asked, () => ask('settings', { runs: asked }))
  const isCompared = runs.length > 1 && onlyOther
  const rows = (value ?? []).filter(({ differs }) => !isCompared || differs)
  return (
    <section aria-labelledby="title">
      <h2 id="title" tabindex={-1}>
        Settings
      </h2>
      {runs.length > 1 && (
        <div class="tools">
          <label class="check">
            <input
              type="checkbox"
              checked={onlyOther}
              onChange={(event) => setOnlyOther(event.currentTarget.checked)}
            />{' '}
            Only what differs
          </label>
        </div>
      )}
      {error !== null && <p role="alert">{error}</p>}
      {value !== null && rows.length === 0 && (
        <p class="empty">{runs.length > 1 ? 'The runs have the same settings.' : 'The run has no settings yet.'}</p>
      )}
      {rows.length > 0 && (
        <Scroll label="Settings">
          <table>
            <caption>{isCompared ? 'Settings that differ' : 'Every setting'}</caption>
            <thead>
              <tr>
                <th scope="col">setting</th>
                {runs.map(({ name, run }) => (
                  <th scope="col" key={run}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, what, values, differs }) => (
                <tr key={key} class={differs && runs.length > 1 ? 'differs' : ''}>
                  <th scope="row" title={what}>
                    <code>{key}</code>
                  </th>
                  {values.map((text, i) => (
                    <td key={runs[i]?.run}>{text ?? <em>none</em>}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  )
}
