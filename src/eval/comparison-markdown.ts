import { type Comparison, type Contender, type Difference, differenceText, verdictSentence } from './compare.ts'
import { answerlessNotes, points, table } from './markdown.ts'

/**
 * Models by sets: accuracies, then every later model's difference to the first; then one sentence per difference.
 * @param remarks sentences about the models
 */
export function comparisonMarkdown(
  contenders: readonly Contender[],
  comparisons: readonly Comparison[],
  remarks: readonly string[] = [],
): string {
  const [first, ...others] = contenders
  const head = ['set', 'n', first!.label, ...others.flatMap(({ label }) => [label, 'difference', ''])]
  const rows = first!.results.sets.flatMap(({ name }) => row(comparisons.map((comparison) => find(comparison, name))))
  rows.push(...row(comparisons.map(({ average }) => average ?? undefined)))
  const sentences = comparisons.flatMap((comparison) => [
    ...[...comparison.differences, ...(comparison.average === null ? [] : [comparison.average])].map(
      (difference) => `- ${verdictSentence(comparison, difference)}`,
    ),
    ...settingsNote(comparison),
  ])
  const notes = contenders.flatMap(({ label, results }) =>
    answerlessNotes(label, results.sets).map((note) => `- ${note}`),
  )
  return `${table(head, rows)}\n\n${[...sentences, ...notes, ...remarks.map((remark) => `- Note: ${remark}.`)].join('\n')}\n`
}

/** Different settings alone may explain a difference. */
const settingsNote = ({ first, second, settings }: Comparison): string[] =>
  settings.length === 0
    ? []
    : [`- Warning: ${first} and ${second} were evaluated with different settings: ${settings.join('; ')}.`]

const find = ({ differences }: Comparison, name: string): Difference | undefined =>
  differences.find(({ set }) => set === name)

/** A set's line, on the questions of the first comparison that has it; none where no comparison has. */
function row(differences: readonly (Difference | undefined)[]): string[][] {
  const shown = differences.find((difference) => difference !== undefined)
  if (shown === undefined) return []
  return [[shown.title, String(shown.n), points(shown.first), ...differences.flatMap((of) => cells(of, shown))]]
}

/** The numbers of another model are on its own questions in common with the first, and say so. */
function cells(difference: Difference | undefined, shown: Difference): string[] {
  if (difference === undefined) return ['', '', '']
  const { n, first, second, verdict } = difference
  const isOther = n !== shown.n || first !== shown.first
  const accuracy = isOther ? `${points(second)} of ${n}, against ${points(first)}` : points(second)
  return [accuracy, differenceText(difference), verdict]
}
