// Checks (with --write, fixes) the formatting of the C++ files with clang-format, if that is installed.
import { execFileSync, spawnSync } from 'node:child_process'

const VERSION = 23 // another lays out differently; in .ci/run too

const install = `python3 -m pip install clang-format==${VERSION}.1.5`
const found = spawnSync('clang-format', ['--version'], { encoding: 'utf8' })
const version = found.error === undefined ? /version (\d+)/.exec(found.stdout)?.[1] : undefined
if (version !== String(VERSION)) {
  const reason = version === undefined ? 'clang-format is not installed' : `clang-format has version ${version}`
  console.log(`C++ layout not checked: ${reason}. To check it: ${install}`)
  process.exit(0)
}
const files = execFileSync('git', ['ls-files', '*.cpp', '*.h'], { encoding: 'utf8' }).split('\n').filter(Boolean)
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror']
const { status } = spawnSync('clang-format', [...mode, ...files], { stdio: 'inherit' })
if (status !== 0) console.error('C++ files are not formatted; to fix them: npm run format')
process.exit(status === 0 ? 0 : 1)
