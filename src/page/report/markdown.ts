import { percent } from '../../log/percent.ts'
import type { Collected } from './collect.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`

/** The runs in a few tables, for a pull request. */
export function summaryMarkdown({ runs, curves, guards, settings }: Collected): string {
  const last = (run: number, key: string): string => {
    const value = curves[run]!.values[key]?.findLast((each) => each !== null)
    return value === null || value === undefined ? '-' : String(Number(value.toPrecision(3)))
  }
  const lines = [
    '![Main curves](curves.svg)',
    '',
    row([
      'run',
      'state',
      'steps',
      'held-out accuracy',
      'best',
      'reward',
      'majority',
      'KL',
      'entropy',
      'guards that acted',
    ]),
    '|---|---|---:|---|---:|---:|---:|---:|---:|---|',
    ...runs.map((run, i) => {
      const { accuracy } = run
      const acted = guards[i]!.filter(({ trips }) => trips.length > 0)
      return row([
        run.name,
        run.state,
        run.planned === null ? String(run.steps) : `${run.steps} of ${run.planned}`,
        accuracy === null ? '-' : `${percent(accuracy.first)} to ${percent(accuracy.last)}`,
        accuracy === null ? '-' : percent(accuracy.best),
        ...['reward.mean', 'vote.majorityShare', 'kl.mean', 'entropy.mean'].map((key) => last(i, key)),
        acted.map(({ name, trips, action }) => `${name} at step ${trips[0]} (${action})`).join(', ') || 'none',
      ])
    }),
    ...runs.flatMap(({ name, why }) => (why === null ? [] : ['', `${cell(name)} ended early: ${cell(why)}`])),
  ]
  const other = settings.filter(({ differs }) => differs)
  if (runs.length > 1) {
    const names = runs.slice(0, settings[0]?.values.length ?? 0).map(({ name }) => name)
    const table = [
      row(['setting', ...names]),
      `|---|${names.map(() => '---|').join('')}`,
      ...other.map(({ key, values }) => row([`\`${key}\``, ...values.map((value) => value ?? '-')])),
    ]
    lines.push('', ...(other.length === 0 ? ['The runs have the same settings.'] : table))
  }
  return `${lines.join('\n')}\n`
}
