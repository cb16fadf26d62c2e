import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A run's name: that of its preset or config file. */
export const runName = (source = 'demo'): string => basename(source).replace(/\.ya?ml$/, '')

/** runs/NAME-1, or the first number that is not taken. */
export function freeRunFolder(name: string): string {
  let n = 1
  while (existsSync(join('runs', `${name}-${n}`))) n++
  return join('runs', `${name}-${n}`)
}
