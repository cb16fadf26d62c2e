import { type Case, shapeOf, unitOf } from './cases.ts'
import type { Measured } from './side.ts'

/** One run of each side, right after each other. */
export interface Round {
  readonly ours: Measured
  readonly theirs: Measured | null // null: left out
}

export interface Result {
  readonly of: Case
  readonly rounds: readonly Round[]
}

/** The result of one side, in the unit of the case: tokens per second, seconds per step. */
export const speed = ({ work }: Case, { seconds, units }: Measured): number =>
  work === 'train' ? seconds / units : units / seconds

/** Our speed as a multiple of the other side's. */
export const ratio = ({ ours, theirs }: Round): number | null =>
  theirs === null ? null : ours.units / ours.seconds / (theirs.units / theirs.seconds)

/** Share of our time spent in products with weight matrices: 1 is the limit. */
export const shareOfLimit = ({ ours }: Round): number => (ours.productsSeconds ?? 0) / ours.seconds

/** The median; NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}

const short = (x: number): string => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2))
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

/** Median (lowest to highest). */
function spread(values: readonly number[], show = short): string {
  if (values.length === 0) return '-'
  const ends = values.length > 1 ? ` (${show(Math.min(...values))} to ${show(Math.max(...values))})` : ''
  return `${show(median(values))}${ends}`
}

/** A Markdown table, one line per case. */
export function table(results: readonly Result[]): string {
  const heads = ['case', 'unit', 'serl', 'peer', 'theirs', 'times as fast', 'products', 'serl, MiB', 'theirs, MiB']
  const rows = results.map(({ of, rounds }) => {
    const theirs = rounds.flatMap((round) => round.theirs ?? [])
    return [
      `${of.work} ${shapeOf(of)}`,
      unitOf[of.work],
      spread(rounds.map(({ ours }) => speed(of, ours))),
      of.peer,
      spread(theirs.map((side) => speed(of, side))),
      spread(rounds.flatMap((round) => ratio(round) ?? [])),
      spread(rounds.map(shareOfLimit), percent),
      mib(Math.max(...rounds.map(({ ours }) => ours.peakBytes))),
      theirs.length === 0 ? '-' : mib(Math.max(...theirs.map(({ peakBytes }) => peakBytes))),
    ]
  })
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A line for each round as it ends. */
export function roundLine(of: Case, round: Round, number: number): string {
  const times = ratio(round)
  const beside =
    round.theirs === null ? '' : `, ${of.peer} ${short(speed(of, round.theirs))}: ${short(times!)} times as fast`
  const products = `products ${percent(shareOfLimit(round))} of the time`
  return `${of.work} ${shapeOf(of)}, round ${number}: serl ${short(speed(of, round.ours))} ${unitOf[of.work]}${beside}; ${products}`
}
