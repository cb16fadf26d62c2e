import { type MemoryPlan, memoryText } from '../../memory/memory-plan.ts'
import type { TrainFlags } from './flags.ts'

/** Prints a memory plan the first time that it is called: when a model opens, as a refused run says why and nothing else. */
export function memoryNotice(plan: MemoryPlan, { json = false, quiet = false }: TrainFlags): () => void {
  let isSaid = json || quiet
  return () => {
    if (!isSaid) process.stderr.write(`memory plan\n${memoryText(plan).replaceAll(/^/gm, '  ')}\n`)
    isSaid = true
  }
}
