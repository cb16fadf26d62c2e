import { kernelLock } from '../../native/binding.ts'
import type { TryLock } from '../../run/run-lock.ts'

/** The kernel's lock, to see who holds a run; where the addon does not load, as on a file system without locks. */
export const lookupLock: TryLock = (fd) => {
  try {
    return kernelLock(fd)
  } catch (cause) {
    throw Object.assign(new Error('the addon cannot be asked', { cause }), { code: 'ENOTSUP' })
  }
}
