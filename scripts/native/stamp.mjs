import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * All files under the given files and folders, in a fixed order.
 * @param {string} root
 * @param {readonly string[]} paths relative to root; what does not exist is left out
 * @returns {string[]} relative to root
 */
export function filesUnder(root, paths) {
  return paths.flatMap((path) => {
    const full = join(root, path)
    if (!existsSync(full)) return []
    const entries = readdirIfFolder(full)
    return entries === null ? [path] : filesUnder(root, entries.map((name) => join(path, name)).sort())
  })
}

function readdirIfFolder(path) {
  try {
    return readdirSync(path)
  } catch (error) {
    if (error.code === 'ENOTDIR') return null
    throw error
  }
}

/**
 * One hash of files (names and contents) and of facts about the surroundings.
 * @param {string} root
 * @param {readonly string[]} files relative to root
 * @param {readonly string[]} facts
 * @returns {string} hexadecimal SHA-256
 */
export function fingerprint(root, files, facts) {
  const hash = createHash('sha256').update(JSON.stringify(facts))
  for (const file of files) {
    const bytes = readFileSync(join(root, file))
    // the length keeps a name from running into a content
    hash.update(`\n${file} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** @param {string} path @returns {Record<string, unknown> | null} the stamp of the last whole build */
export function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
