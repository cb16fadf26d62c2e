import type { RunSummary } from '../read/shapes.ts'
import type { lookOf as LookOf } from './colours.ts'
import { share } from './format.ts'
import { isReport } from './source.ts'

interface Props {
  readonly runs: readonly RunSummary[]
  readonly shown: readonly RunSummary[]
  readonly isLive: boolean
  readonly onShow: (runs: readonly number[]) => void
  readonly lookOf: typeof LookOf
}

/** The runs, to choose which are shown. */
export function RunList({ runs, shown, isLive, onShow, lookOf }: Props) {
  const numbers = shown.map(({ run }) => run)
  const toggle = (run: number): void =>
    onShow(numbers.includes(run) ? numbers.filter((other) => other !== run) : [...numbers, run])
  return (
    <section class="runs" aria-label="Runs">
      {runs.length > 1 && (
        <p class="tools">
          <button type="button" onClick={() => onShow(runs.map(({ run }) => run))}>
            Show all {runs.length}
          </button>{' '}
          <button type="button" onClick={() => onShow([])}>
            Show none
          </button>
        </p>
      )}
      <ul>
        {runs.map((run) => {
          const place = numbers.indexOf(run.run)
          return (
            <li key={run.run}>
              <label>
                <input type="checkbox" checked={place >= 0} onChange={() => toggle(run.run)} />
                <i
                  class="mark"
                  ref={(mark) =>
                    mark?.style.setProperty('background', place < 0 ? 'transparent' : lookOf(place).colour)
                  }
                />
                <strong>{run.name}</strong>
              </label>{' '}
              <span class="quiet">{stateText(run, isLive)}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function stateText({ state, steps, planned, accuracy, reward, estimator }: RunSummary, isLive: boolean): string {
  const progress = `step ${steps}${planned === null ? '' : ` of ${planned}`}`
  const live = state === 'going on' && !isReport ? (isLive ? ', live' : ', not connected') : ''
  const change = accuracy === null ? '' : `, accuracy ${share(accuracy.first)} to ${share(accuracy.last)}`
  const kind = [reward, estimator].filter((part) => part !== null).join(', ')
  return `${state}${live}, ${progress}${change}${kind === '' ? '' : ` (${kind})`}`
}
