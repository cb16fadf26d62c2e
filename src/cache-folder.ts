import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * The cache folder of this user, for files that can be recreated: $SERL_CACHE, else $XDG_CACHE_HOME/serl, else
 * ~/Library/Caches/serl (macOS) or ~/.cache/serl. The build of the addon, which runs before any TypeScript is compiled,
 * follows the same rule (scripts/native/cache-folder.mjs).
 * @returns an absolute path
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env.SERL_CACHE) return resolve(env.SERL_CACHE)
  // the XDG specification: a relative path is to be ignored
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'serl')
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'serl') : join(home, '.cache', 'serl')
}
