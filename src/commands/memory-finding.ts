import { execFileSync } from 'node:child_process'
import { totalmem } from 'node:os'
import type { Config } from '../config/schema.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { gib, type MemoryPlan, memoryPlan } from '../train/memory-plan.ts'
import { type DescribedModel, deviceOf, dtypeOf } from '../train/open-model.ts'

/** What training a checkpoint with a config takes, in bytes. */
export const trainingPlan = ({ checkpoint }: Pick<DescribedModel, 'checkpoint'>, config: Config): MemoryPlan =>
  memoryPlan({
    shapes: checkpoint.weights.map((tensor) => tensor.shape),
    dtype: dtypeOf(config.model),
    reference: keepsReference(config),
    kvCacheBytes: config.model.kvCacheGiB * 2 ** 30,
  })

/** Bytes of memory that a device has; null where nothing tells. */
export function deviceMemory(device: string): number | null {
  if (device === 'cpu') return totalmem()
  try {
    const query = ['--query-gpu=memory.total', '--format=csv,noheader,nounits', `--id=${deviceOf(device).slice(5)}`]
    const mebibytes = Number(execFileSync('nvidia-smi', query, { encoding: 'utf8', stdio: 'pipe', timeout: 10_000 }))
    return Number.isFinite(mebibytes) && mebibytes > 0 ? mebibytes * 2 ** 20 : null
  } catch {
    return null // no driver here
  }
}

// of the device's memory; activations and the allocator's gaps take the rest
const usableShare = 0.9

/**
 * What a plan leaves to be wished of a device.
 * @param available bytes; null: unknown, nothing is said
 * @returns null where it fits, with a tenth to spare
 */
export function memoryWarning(plan: MemoryPlan, device: string, available: number | null): string | null {
  // rows wait when the cache is full: of the CPU's memory it takes only what is used
  const needed = device === 'cpu' ? plan.totalBytes - plan.kvCacheBytes : plan.totalBytes
  if (available === null || needed <= usableShare * available) return null
  const holder = device === 'cpu' ? 'this machine' : device
  const smaller = 'a smaller model, kl.coef=0 with kl.monitor=false'
  const tips = device === 'cpu' ? `--dtype bfloat16, ${smaller}` : `${smaller}, or a smaller model.kvCacheGiB`
  return (
    `this needs ${gib(needed)} before activations, and ${holder} has ${gib(available)}: ` +
    `it will probably run out of memory. Try ${tips}`
  )
}
