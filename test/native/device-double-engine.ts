// Engines on the device double (native/test/device_double): a simulated accelerator whose memory the host may not touch.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Addon } from '../../src/native/binding.ts'
import { addonPath } from '../../src/native/binding.ts'
import type { Device } from '../../src/native/types.ts'

export interface Counts {
  readonly uploads: number
  readonly downloads: number
  readonly operations: number // views not counted
}

export interface DoubleAddon extends Addon {
  /** Since the last call. */
  takeCounts(): Counts
  /** A negative control: throws. */
  mixOperands(): void
  /** The other negative control: ends the process with exit code 42. */
  touchFromHost(): void
}

export const doublePath = (): string => addonPath().replace(/serl\.node$/, 'serl_device_double.node')

/** Compiles it next to the addon: half a minute if native/core has not changed. */
export function buildDouble(): void {
  const folder = fileURLToPath(new URL('../../build/cmake', import.meta.url))
  const built = spawnSync('cmake', ['--build', folder, '--target', 'serl_device_double'], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the device double does not compile:\n${built.stdout}${built.stderr}`)
}

/** The addon; its engines run on the double, whatever device they are opened with. */
export function loadDouble(): DoubleAddon {
  const addon = createRequire(import.meta.url)(doublePath()) as DoubleAddon
  class Engine extends addon.Engine {
    override open: InstanceType<Addon['Engine']>['open'] = (options, onProgress) =>
      super.open({ ...options, device: 'double:0' as Device }, onProgress)
  }
  return { ...addon, Engine }
}
