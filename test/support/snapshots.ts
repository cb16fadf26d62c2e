import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'

type FileSystem = typeof import('node:fs/promises')

/**
 * Copies of a folder as a process would leave it that is killed after any of its writes: one after each rename and each removal,
 * without the lock, which a dead process does not hold. Use inside vi.mock('node:fs/promises').
 */
export class Snapshots {
  readonly taken: string[] = []
  #of: { readonly folder: string; readonly into: string } | null = null

  /** Forgets those taken so far, and copies `folder` from now on. */
  begin(folder: string, into: string): void {
    this.taken.length = 0
    this.#of = { folder, into }
  }

  end(): string[] {
    this.#of = null
    return this.taken.splice(0)
  }

  watching(real: FileSystem): FileSystem {
    const watched =
      <Args extends unknown[]>(work: (...args: Args) => Promise<void>) =>
      async (...args: Args): Promise<void> => {
        await work(...args)
        this.#take()
      }
    return { ...real, rename: watched(real.rename), rm: watched(real.rm) }
  }

  /** At once, so that nothing is written meanwhile. */
  #take(): void {
    if (this.#of === null) return
    const copy = join(this.#of.into, `killed-${count++}`)
    cpSync(this.#of.folder, copy, { recursive: true, filter: (source) => !basename(source).startsWith('.lock') })
    this.taken.push(copy)
  }
}

let count = 0
