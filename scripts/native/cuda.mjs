import { existsSync, readFileSync } from 'node:fs'
import { BuildFailure } from './failure.mjs'
import { OLDEST_CUDA_DRIVER } from './pins.mjs'
import { capture } from './run-process.mjs'

/** @returns {string | null} the NVIDIA driver's version, "" when it runs but does not say, null when there is none */
export function nvidiaDriver() {
  const kernelModule = '/proc/driver/nvidia/version'
  if (existsSync(kernelModule)) {
    return /Module[^\n]*?\s(\d{3,}(?:\.\d+)+)/.exec(readFileSync(kernelModule, 'utf8'))?.[1] ?? ''
  }
  const { status, stdout } = capture('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader'])
  return status === 0 ? (stdout.split('\n')[0]?.trim() ?? '') : null
}

/**
 * Is the engine to be linked with CUDA?
 * @param {{ device: string | undefined, platform: string, driver: string | null }} machine device: $SERL_DEVICE
 * @returns {{ wanted: boolean, forced: boolean, why: string }} forced: the user named CUDA, so doing without is an error
 * @throws {BuildFailure} for another value of SERL_DEVICE, or CUDA where there is none
 */
export function cudaDecision({ device, platform, driver }) {
  if (device && !/^(cpu|cuda(:\d+)?)$/.test(device)) {
    throw new BuildFailure(`SERL_DEVICE=${device}: expected cpu, cuda or cuda:N`)
  }
  if (device === 'cpu') return { wanted: false, forced: false, why: 'SERL_DEVICE=cpu' }
  if (device) {
    if (platform !== 'linux') throw new BuildFailure(`SERL_DEVICE=${device}: CUDA is supported on Linux only`)
    return { wanted: true, forced: true, why: `SERL_DEVICE=${device}` }
  }
  if (platform !== 'linux' || driver === null) return { wanted: false, forced: false, why: 'no NVIDIA driver' }
  const major = Number.parseInt(driver, 10)
  if (major < OLDEST_CUDA_DRIVER) {
    const why = `NVIDIA driver ${driver} is older than ${OLDEST_CUDA_DRIVER}, which CUDA 13 needs`
    return { wanted: false, forced: false, why }
  }
  return { wanted: true, forced: false, why: `NVIDIA driver ${driver}`.trim() }
}
