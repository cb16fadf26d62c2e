import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasControls } from '../controls/controls-file.ts'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { configFile, metricsFile } from './run-folder.ts'
import { lockFile } from './run-lock.ts'

// runs/NAME/ARM/seed-N and one folder more
const deepest = 4

/**
 * The folders of single runs at and below a folder, in the order of their names; of a run with controls, its arms.
 * @throws UserError where it cannot be read
 */
export async function findRuns(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOTDIR' ? 'it is a file: give the folder that the runs are in' : fileReason(cause)
    throw new UserError(`cannot list the runs of ${folder}: ${reason}`, { cause })
  })
  if (isRun(folder)) return [folder]
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  const found = await Promise.all(names.sort(inOrder).map((name) => below(join(folder, name), 1)))
  return found.flat()
}

async function below(folder: string, depth: number): Promise<string[]> {
  if (isRun(folder)) return [folder]
  if (depth === deepest) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []) // not ours to read
  const names = entries.filter((entry) => entry.isDirectory() && !skipped.test(entry.name)).map(({ name }) => name)
  const found = await Promise.all(names.sort(inOrder).map((name) => below(join(folder, name), depth + 1)))
  return found.flat()
}

const skipped = /^(\.|node_modules$|checkpoints$|rollouts$|final$)/

// demo-2 before demo-10
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

/** A run has settings and lines, or is about to; other programs have a config.yaml, too. */
function isRun(folder: string): boolean {
  if (hasControls(folder)) return false
  if (existsSync(lockFile(folder))) return true
  return existsSync(configFile(folder)) && (existsSync(metricsFile(folder)) || existsSync(join(folder, 'checkpoints')))
}
