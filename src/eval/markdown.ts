import { counted } from '../log/counted.ts'
import type { Results, SetResult } from './results.ts'
import type { Interval } from './statistics/intervals.ts'

/** 45.3, of 0.4533. */
export const points = (share: number): string => (100 * share).toFixed(1)

/** 39.8 to 51.0. */
export const range = ([low, high]: Interval): string => `${points(low)} to ${points(high)}`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `|${head.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** The results as tables in per cent, for a paper or a pull request. */
export function resultsMarkdown(results: Results): string {
  const { model, settings, sets } = results
  const parts = sets.flatMap((set) =>
    Object.entries(set.by).map(([grouping, of]) => `### ${set.title} by ${grouping}\n\n${partTable(of)}`),
  )
  return `${[`## ${model.path}`, settingsText(settings), setTable(results), ...answerlessNotes(model.path, sets), ...parts].join('\n\n')}\n`
}

/** The table of sets alone. */
export function setTable({ sets, average, settings: { samples } }: Results): string {
  const sampled = samples > 1
  const k = String(samples)
  const head = ['set', 'n', sampled ? `mean@${k}` : 'accuracy', '95 % interval']
  if (sampled) head.push(`pass@${k}`, `maj@${k}`)
  head.push('tokens', 'ended', 'no answer')
  const row = (set: SetResult): string[] => [
    set.title,
    String(set.n),
    points(set.accuracy),
    range(set.interval),
    ...(sampled ? [points(set.passAt[k]!.value), points(set.majorityAt[k]!.value)] : []),
    set.meanTokens.toFixed(0),
    points(set.eosRate),
    points(set.answerless),
  ]
  const rows = sets.map(row)
  if (sets.length > 1) rows.push(['average', '', points(average), ...Array<string>(head.length - 3).fill('')])
  return table(head, rows)
}

/** Most samples had no answer, which need not mean that the model is weak. */
export const answerlessNotes = (label: string, sets: readonly SetResult[]): string[] =>
  sets
    .filter(({ answerless }) => answerless > 0.5)
    .map(
      ({ title, answerless }) =>
        `Warning: ${points(answerless)} % of the samples of ${label} on ${title} have no answer. Check that it is asked ` +
        'as it was trained (--raw, --suffix, --few-shot) and has enough tokens (--max-new-tokens).',
    )

const partTable = (parts: SetResult['by'][string]): string =>
  table(
    ['', 'n', 'accuracy', '95 % interval'],
    Object.entries(parts).map(([name, { n, accuracy, interval }]) => [
      name,
      String(n),
      points(accuracy),
      range(interval),
    ]),
  )

function settingsText({ samples, temperature, topP, maxNewTokens, seed, fewShot }: Results['settings']): string {
  const drawn =
    temperature === 0
      ? 'Greedy'
      : `${counted(samples, 'sample')} per question at temperature ${temperature}${topP < 1 ? `, top-p ${topP}` : ''}, seed ${seed}`
  const shots = fewShot === 0 ? '' : `, ${fewShot} examples shown`
  return `${drawn}, at most ${maxNewTokens} new tokens${shots}. In per cent; intervals are 95 %.`
}
