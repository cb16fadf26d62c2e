import type { RougeIndex } from '../filter/rouge.ts'
import { distinctN } from '../guard/signals.ts'
import { type Clusters, createClusters } from './clusters.ts'

/** Groups of near copies among texts, and the share of the largest; null without texts. */
export interface ClusterCounts {
  readonly clusters: number
  readonly biggest: number | null
}

/** The questions of one step that the filters accepted; means are null where there are none. */
export interface StepLineage {
  readonly step: number
  readonly proposals: number // accepted or not
  readonly accepted: number
  readonly seedRouge: number | null // mean ROUGE-L F to the nearest seed; null also where the seeds are not known
  readonly words: number | null // mean
  readonly distinct2: number | null // different word pairs / word pairs
  readonly within: ClusterCounts // of this step
  readonly soFar: ClusterCounts // of this and all earlier steps
}

/** Follows the accepted questions, step by step; keeps the texts of the step in progress, and tokens of the others. */
export interface StepSeries {
  add(step: number, text: string, accepted: boolean): void
  end(): readonly StepLineage[]
}

interface OpenStep {
  readonly step: number
  readonly texts: string[] // accepted
  readonly within: Clusters
  proposals: number
  rouge: number // sum
}

/**
 * @param seeds an index over the seeds; empty: not known
 * @param near ROUGE-L F above which two questions are near copies
 */
export function createStepSeries(seeds: RougeIndex, near: number): StepSeries {
  const soFar = createClusters(near)
  const closed: StepLineage[] = []
  let accepted = 0
  let open: OpenStep | null = null

  const close = (): void => {
    if (open !== null) closed.push(describe(open, seeds.size > 0, countsOf(soFar, accepted)))
  }
  return {
    add(step, text, isAccepted) {
      if (open?.step !== step) {
        close()
        open = { step, texts: [], within: createClusters(near), proposals: 0, rouge: 0 }
      }
      open.proposals += 1
      if (!isAccepted) return
      accepted += 1
      open.texts.push(text)
      open.rouge += seeds.nearest(text).score
      open.within.add(text)
      soFar.add(text)
    },
    end() {
      close()
      open = null
      return closed
    },
  }
}

const wordsOf = (text: string): number => text.split(/\s+/).filter(Boolean).length

const countsOf = ({ count, biggest }: Clusters, texts: number): ClusterCounts => ({
  clusters: count,
  biggest: texts === 0 ? null : biggest / texts,
})

function describe(
  { step, texts, within, proposals, rouge }: OpenStep,
  knowsSeeds: boolean,
  soFar: ClusterCounts,
): StepLineage {
  const n = texts.length
  return {
    step,
    proposals,
    accepted: n,
    seedRouge: n === 0 || !knowsSeeds ? null : rouge / n,
    words: n === 0 ? null : texts.reduce((sum, text) => sum + wordsOf(text), 0) / n,
    distinct2: distinctN(texts, 2),
    within: countsOf(within, n),
    soFar,
  }
}
