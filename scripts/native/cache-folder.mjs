import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * Where fetched libraries are kept for this user: $SERL_CACHE, else $XDG_CACHE_HOME/serl, else ~/Library/Caches/serl
 * (macOS) or ~/.cache/serl.
 * @param {Record<string, string | undefined>} env
 * @param {string} platform
 * @param {string} home
 * @returns {string} an absolute path
 */
export function cacheFolder(env, platform, home = homedir()) {
  if (env.SERL_CACHE) return resolve(env.SERL_CACHE)
  // the XDG specification: a relative path is to be ignored
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'serl')
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'serl') : join(home, '.cache', 'serl')
}
