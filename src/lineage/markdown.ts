import { points, table } from '../eval/markdown.ts'
import { oneLine } from '../instruct/parse.ts'
import { counted } from '../log/counted.ts'
import type { Lineage, SeedLineage } from './lineage.ts'
import { type OutcomeName, outcomeNames } from './outcomes.ts'
import type { StepLineage } from './steps.ts'

const heads: Readonly<Record<OutcomeName, string>> = {
  proposals: 'proposals',
  accepted: 'accepted',
  answered: 'answered',
  inBand: 'in the band',
  trained: 'trained on',
  ambiguous: 'ambiguous',
  leaking: 'leaking',
  duplicates: 'duplicates',
  similar: 'similar',
}

/**
 * The report as tables; docs/lineage.md explains the columns.
 * @param rows of a table, at most; 0 = all
 */
export function lineageMarkdown(lineage: Lineage, rows: number): string {
  const { run, total, seeds, untraced, steps, notes } = lineage
  const ranked = [...seeds].sort((a, b) => creditInBand(b) - creditInBand(a)) // stable
  const shown = bothEnds(ranked, rows)
  const part = shown.length < seeds.length ? ` The ${shown.length} with most and least credit in the band.` : ''
  const parts = [
    `## Lineage of ${run}`,
    `${counted(seeds.length, 'seed')}, ${outcomeNames.map((name) => `${heads[name]} ${total[name]}`).join(', ')}.`,
    `### Children\n\nProposals whose prompt contained the seed.${part}`,
    table(['seed', ...outcomeNames.map((name) => heads[name]), 'question'], shown.map(childrenRow)),
    '### Credit\n\nFor children, and behind the plus for their descendants.',
    table(
      ['seed', ...outcomeNames.map((name) => heads[name])],
      [...shown.map(creditRow), ...(untraced.proposals > 0 ? [untracedRow(untraced)] : [])],
    ),
    `### Steps\n\nOf accepted questions. Near copies have a ROUGE-L above ${lineage.near}.`,
    table(stepHead, spread(steps, rows).map(stepRow)),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
  ]
  return `${parts.join('\n\n')}\n`
}

const creditInBand = ({ direct, inherited }: SeedLineage): number => direct.inBand + inherited.inBand

const childrenRow = ({ id, text, children }: SeedLineage): string[] => [
  id,
  ...outcomeNames.map((name) => String(children[name])),
  text === null ? '' : shortened(oneLine(text)),
]

const creditRow = ({ id, direct, inherited }: SeedLineage): string[] => [
  id,
  ...outcomeNames.map((name) => `${direct[name].toFixed(1)} + ${inherited[name].toFixed(1)}`),
]

const untracedRow = (untraced: Lineage['untraced']): string[] => [
  'not recorded',
  ...outcomeNames.map((name) => untraced[name].toFixed(1)),
]

const stepHead = [
  ...['step', 'proposals', 'accepted', 'ROUGE-L to seeds', 'words', 'distinct-2'],
  ...['clusters', 'biggest, %', 'clusters so far', 'biggest so far, %'],
]

const stepRow = (of: StepLineage): string[] => [
  String(of.step),
  String(of.proposals),
  String(of.accepted),
  cell(of.seedRouge, (value) => value.toFixed(3)),
  cell(of.words, (value) => value.toFixed(1)),
  cell(of.distinct2, (value) => value.toFixed(3)),
  String(of.within.clusters),
  cell(of.within.biggest, points),
  String(of.soFar.clusters),
  cell(of.soFar.biggest, points),
]

const cell = (value: number | null, show: (value: number) => string): string => (value === null ? '-' : show(value))

const longest = 60

const shortened = (text: string): string => {
  const characters = [...text]
  return characters.length > longest ? `${characters.slice(0, longest).join('')}...` : text
}

/** The first and the last, `most` in all. */
function bothEnds<T>(items: readonly T[], most: number): T[] {
  if (most === 0 || items.length <= most) return [...items]
  const first = Math.ceil(most / 2)
  return [...items.slice(0, first), ...items.slice(items.length - (most - first))]
}

/** `most` of them at equal distances, the first and the last among them. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (most === 0 || items.length <= most) return [...items]
  const gap = (items.length - 1) / Math.max(1, most - 1)
  return Array.from({ length: most }, (_, i) => items[most === 1 ? items.length - 1 : Math.round(i * gap)]!)
}
