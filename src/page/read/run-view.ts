import { readdir } from 'node:fs/promises'
import {
  instructionsFile,
  metricsFile,
  rolloutsFile,
  rolloutsFolder,
  seedsFile,
  stepOf,
  trainedFile,
} from '../../run/run-folder.ts'
import type { NamedRun } from './find-runs.ts'
import { type LineIndex, openLineIndex } from './line-index.ts'
import { createMetricsTable, type MetricsTable } from './metrics-table.ts'

/** A run folder that is read piece by piece, as the page asks for it. */
export interface RunView extends NamedRun {
  readonly metrics: MetricsTable
  readonly proposals: LineIndex
  readonly seeds: LineIndex
  rollouts(step: number): LineIndex
  trained(step: number): LineIndex
  /** Steps that answered questions, in order. */
  rolloutSteps(): Promise<number[]>
}

export function viewRun({ name, folder }: NamedRun): RunView {
  return {
    name,
    folder,
    metrics: createMetricsTable(openLineIndex(folder, metricsFile(folder))),
    proposals: openLineIndex(folder, instructionsFile(folder)),
    seeds: openLineIndex(folder, seedsFile(folder)),
    rollouts: newest((step) => openLineIndex(folder, rolloutsFile(folder, step))),
    trained: newest((step) => openLineIndex(folder, trainedFile(folder, step))),
    rolloutSteps: async () => {
      const names = await readdir(rolloutsFolder(folder)).catch(() => [])
      const steps = names.flatMap((file) => (file.endsWith('.jsonl') ? (stepOf(file.slice(0, -6)) ?? []) : []))
      return steps.sort((a, b) => a - b)
    },
  }
}

const mostOpen = 256

/** Remembers the indexes that were asked for last. */
function newest(make: (step: number) => LineIndex): (step: number) => LineIndex {
  const known = new Map<number, LineIndex>()
  return (step) => {
    const index = known.get(step) ?? make(step)
    known.delete(step)
    known.set(step, index)
    if (known.size > mostOpen) known.delete(known.keys().next().value!)
    return index
  }
}
