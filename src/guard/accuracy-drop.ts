import { mcnemarExact } from '../eval/statistics/paired.ts'

/** How far the latest model is below the best one before it, on the same questions. */
export interface AccuracyDrop {
  readonly drop: number // best accuracy - latest, as a share; 0 where the latest is the best
  readonly p: number // corrected for the number of looks
  readonly proven: number // the drop where p < 0.05, else 0
}

const level = 0.05

/**
 * McNemar's exact test of the latest verdicts against those of the best model so far. Its lead is partly luck: it is the
 * best of k, any of which could have been it, so that at the k-th look the one-sided p is multiplied by k, and by k (k + 1)
 * for the looks: the levels 0.05 / (k (k + 1)) sum up to 0.05, however long a run is watched (Bonferroni both times).
 * @param best verdicts of the best model before this look; null: this is the first
 * @param latest [n] whether each question was answered right
 * @param looks evaluations on these questions before this one
 */
export function accuracyDrop(best: readonly boolean[] | null, latest: readonly boolean[], looks: number): AccuracyDrop {
  if (best === null) return { drop: 0, p: 1, proven: 0 }
  const drop = Math.max(0, share(best) - share(latest))
  if (drop === 0) return { drop, p: 1, proven: 0 }
  const onlyFirst = best.filter((right, i) => right && !latest[i]).length
  const onlySecond = best.filter((right, i) => !right && latest[i]).length
  const oneSided = mcnemarExact({ onlyFirst, onlySecond }) / 2
  const p = Math.min(1, oneSided * looks * looks * (looks + 1))
  return { drop, p, proven: p < level ? drop : 0 }
}

/** Of right answers. */
export const share = (verdicts: readonly boolean[]): number => verdicts.filter(Boolean).length / verdicts.length
