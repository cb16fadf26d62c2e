import type { Vote } from '../rollout/group.ts'

/** Answers of a group, ready to be counted. Equality need not be transitive: 64% is 64, and is 0.64. */
export interface Ballot {
  readonly shown: readonly (string | null)[] // [n] null: no answer
  readonly keys: readonly (string | null)[] // [n] equal keys: equal answers
  /** Whether the answers of two rows are equal; asked at most once per pair of distinct keys. */
  readonly equal: (row: number, other: number) => boolean | Promise<boolean>
  readonly timeouts: () => number
}

/**
 * Majority vote: the row that equals most rows wins, the first on ties; all rows equal to it are rewarded 1. Rows
 * without an answer neither vote nor win. (The reference's rule; pairs compared in either direction count.)
 */
export async function majorityVote(ballot: Ballot): Promise<Vote> {
  const rows = await countEqual(ballot)
  const n = rows.length
  let winner = -1
  let most = 0
  for (let row = 0; row < n; row += 1) {
    if (rows[row]!.length > most) {
      winner = row
      most = rows[row]!.length
    }
  }
  const rewards = new Float32Array(n) // [n]
  if (winner >= 0) for (const row of rows[winner]!) rewards[row] = 1
  return {
    rewards,
    answers: ballot.shown,
    majority: winner < 0 ? null : ballot.shown[winner]!,
    majorityShare: n === 0 ? 0 : most / n,
    votes: [most, runnerUp(rows, winner)],
    classes: countClasses(ballot, rows),
    answerless: ballot.shown.filter((answer) => answer === null).length,
    timeouts: ballot.timeouts(),
  }
}

/** For every row the rows equal to it, itself included; none for a row without an answer. */
async function countEqual(ballot: Ballot): Promise<number[][]> {
  const buckets = new Map<string, number[]>()
  for (const [row, key] of ballot.keys.entries()) {
    if (key === null) continue
    const bucket = buckets.get(key)
    if (bucket === undefined) buckets.set(key, [row])
    else bucket.push(row)
  }
  const groups = [...buckets.values()]
  const merged = groups.map((group) => [...group])
  for (let a = 0; a < groups.length; a += 1) {
    for (let b = a + 1; b < groups.length; b += 1) {
      if (!(await ballot.equal(groups[a]![0]!, groups[b]![0]!))) continue
      merged[a]!.push(...groups[b]!)
      merged[b]!.push(...groups[a]!)
    }
  }
  const rows: number[][] = ballot.keys.map(() => [])
  for (const [g, group] of groups.entries()) for (const row of group) rows[row] = merged[g]!
  return rows
}

/** Votes for the largest answer among the rows that do not equal the winner. */
function runnerUp(rows: readonly (readonly number[])[], winner: number): number {
  if (winner < 0) return 0
  const won = new Set(rows[winner]!)
  const others = rows.filter((_, row) => !won.has(row))
  return others.reduce((most, equal) => Math.max(most, equal.filter((row) => !won.has(row)).length), 0)
}

// a row starts a class unless it equals the first row of one
function countClasses(ballot: Ballot, rows: readonly (readonly number[])[]): number {
  const firsts: number[] = []
  for (const [row, key] of ballot.keys.entries()) {
    if (key !== null && !firsts.some((first) => rows[row]!.includes(first))) firsts.push(row)
  }
  return firsts.length
}
