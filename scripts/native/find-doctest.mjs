import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const HEADER = join('doctest', 'doctest.h')
const INSTALLED = ['/usr/include', '/usr/local/include', '/opt/homebrew/include', '/opt/local/include']

/**
 * The folder with doctest/doctest.h: named by SERL_DOCTEST, installed, fetched earlier, or fetched now as Debian's
 * package doctest-dev, which is unpacked and not installed.
 * @param {Record<string, string | undefined>} env
 * @param {string} cache folder for fetched files
 * @returns {string | null} null: not to be had; install doctest
 */
export function findDoctest(env, cache) {
  const fetched = join(cache, 'doctest', 'usr', 'include')
  const folders = env.SERL_DOCTEST ? [env.SERL_DOCTEST] : [...INSTALLED, fetched]
  const found = folders.find((folder) => existsSync(join(folder, HEADER)))
  if (found !== undefined || env.SERL_DOCTEST) return found ?? null
  return fetchDoctest(dirname(dirname(fetched))) ? fetched : null
}

/** @param {string} folder made whole or not at all */
function fetchDoctest(folder) {
  mkdirSync(dirname(folder), { recursive: true })
  const work = mkdtempSync(`${folder}-`)
  try {
    const download = () => spawnSync('apt-get', ['download', 'doctest-dev'], { cwd: work }).status === 0
    // a new machine has no list of packages yet
    if (!download() && !(spawnSync('apt-get', ['update']).status === 0 && download())) return false
    const archive = readdirSync(work).find((name) => name.endsWith('.deb'))
    if (archive === undefined) return false
    if (spawnSync('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: work }).status !== 0) return false
    rmSync(folder, { recursive: true, force: true })
    renameSync(join(work, 'unpacked'), folder)
    return true
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
