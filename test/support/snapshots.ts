import { cpSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'

type FileSystem = typeof import('node:fs/promises')

/**
 * Copies of a folder as a process would leave it that is killed after any of its writes: one after each rename and each removal,
 * without the lock, which a dead process does not hold. Use inside vi.mock('node:fs/promises').
 */
export class Snapshots {
  readonly taken: string[] = []
  #of: { readonly folder: string; readonly into: string; readonly after: (path: string) => boolean } | null = null

  /**
   * Forgets those taken so far, and copies `folder` from now on.
   * @param after which paths count, of those renamed to or removed; default: all
   */
  begin(folder: string, into: string, after: (path: string) => boolean = () => true): void {
    this.taken.length = 0
    this.#of = { folder, into, after }
  }

  end(): string[] {
    this.#of = null
    return this.taken.splice(0)
  }

  watching(real: FileSystem): FileSystem {
    const rename: FileSystem['rename'] = async (from, to) => {
      await real.rename(from, to)
      this.#take(String(to))
    }
    const rm: FileSystem['rm'] = async (path, options) => {
      await real.rm(path, options)
      this.#take(String(path))
    }
    return { ...real, rename, rm }
  }

  /** At once, so that nothing is written meanwhile. */
  #take(path: string): void {
    if (this.#of === null || !this.#of.after(path) || !existsSync(this.#of.folder)) return
    const copy = join(this.#of.into, `killed-${count++}`)
    cpSync(this.#of.folder, copy, { recursive: true, filter: (source) => !basename(source).startsWith('.lock') })
    this.taken.push(copy)
  }
}

let count = 0
