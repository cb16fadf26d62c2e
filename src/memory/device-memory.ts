import { execFileSync } from 'node:child_process'
import { freemem, totalmem } from 'node:os'
import type { Config } from '../config/schema.ts'
import { type DescribedModel, deviceOf, dtypeOf } from '../model/open-model.ts'
import { gib, type MemoryPlan, memoryPlan } from './memory-plan.ts'

/** What training a checkpoint with a config takes on its device as it is now, in bytes. */
export const trainingPlan = ({ checkpoint }: Pick<DescribedModel, 'checkpoint'>, config: Config): MemoryPlan =>
  memoryPlan(
    {
      config: checkpoint.config,
      shapes: checkpoint.weights.map((tensor) => tensor.shape),
      dtype: dtypeOf(config.model),
    },
    config,
    freeMemory(config.model.device),
  )

/** Bytes that are free now; null if unknown. A container's limit counts. */
export function freeMemory(device: string): number | null {
  if (device !== 'cpu') return queryGpu(device, 'memory.free')
  const limit = process.constrainedMemory() // 0 or huge: none
  return limit > 0 && limit < totalmem() ? Math.min(freemem(), limit - process.memoryUsage().rss) : freemem()
}

/** Bytes of memory that a device has; null if unknown. */
export const deviceMemory = (device: string): number | null =>
  device === 'cpu' ? totalmem() : queryGpu(device, 'memory.total')

function queryGpu(device: string, field: 'memory.free' | 'memory.total'): number | null {
  try {
    const query = [`--query-gpu=${field}`, '--format=csv,noheader,nounits', `--id=${deviceOf(device).slice(5)}`]
    const mebibytes = Number(execFileSync('nvidia-smi', query, { encoding: 'utf8', stdio: 'pipe', timeout: 10_000 }))
    return Number.isFinite(mebibytes) && mebibytes > 0 ? mebibytes * 2 ** 20 : null
  } catch {
    return null // no driver here
  }
}

// the rest is for the system and other processes
const usableShare = 0.95

/**
 * A warning if a plan does not fit a device.
 * @param available bytes; null: unknown, no warning
 * @returns null where it fits
 */
export function memoryWarning(plan: MemoryPlan, device: string, available: number | null): string | null {
  if (available === null || plan.totalBytes <= usableShare * available) return null
  const holder = device === 'cpu' ? 'this machine' : device
  const tips = device === 'cpu' ? '--dtype bfloat16, a smaller model' : 'a smaller model'
  return (
    `this needs ${gib(plan.totalBytes)}, and ${holder} has ${gib(available)}: it will probably run out of memory. ` +
    `Try ${tips}, kl.coef=0 with kl.monitor=false, or fewer new tokens`
  )
}
