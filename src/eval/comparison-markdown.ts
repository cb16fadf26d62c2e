import { type Comparison, type Contender, type Difference, differenceText, verdictSentence } from './compare.ts'
import { points, table } from './markdown.ts'

/** Models by sets: accuracies, then every later model's difference to the first; then a sentence each. */
export function comparisonMarkdown(contenders: readonly Contender[], comparisons: readonly Comparison[]): string {
  const [first, ...others] = contenders
  const head = ['set', 'n', first!.label, ...others.flatMap(({ label }) => [label, 'difference', ''])]
  const titles = first!.results.sets.filter(({ name }) => comparisons.some((comparison) => find(comparison, name)))
  const rows = titles.map(({ name, title, n, accuracy }) => [
    title,
    String(n),
    points(accuracy),
    ...comparisons.flatMap((comparison) => cells(find(comparison, name))),
  ])
  if (comparisons.every(({ average }) => average !== null)) {
    const n = titles.reduce((sum, set) => sum + set.n, 0)
    const mean = titles.reduce((sum, { accuracy }) => sum + accuracy, 0) / titles.length
    rows.push(['average', String(n), points(mean), ...comparisons.flatMap(({ average }) => cells(average!))])
  }
  const sentences = comparisons.flatMap((comparison) => [
    ...[...comparison.differences, ...(comparison.average === null ? [] : [comparison.average])].map(
      (difference) => `- ${verdictSentence(comparison, difference)}`,
    ),
    ...settingsNote(comparison),
  ])
  return `${table(head, rows)}\n\n${sentences.join('\n')}\n`
}

/** A difference of settings may be all that a difference shows. */
const settingsNote = ({ first, second, settings }: Comparison): string[] =>
  settings.length === 0
    ? []
    : [`- Careful: ${first} and ${second} were evaluated with other settings: ${settings.join('; ')}.`]

const find = ({ differences }: Comparison, name: string): Difference | undefined =>
  differences.find(({ set }) => set === name)

const cells = (difference: Difference | undefined): string[] =>
  difference === undefined ? ['', '', ''] : [points(difference.second), differenceText(difference), difference.verdict]
