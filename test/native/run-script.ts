import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type GoldenName, goldenFolder } from './golden-engine.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string // both streams
}

const at = (path: string): string => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)))

/**
 * Runs TypeScript in its own process, where a crash is an exit code. The script sees `openEngine`, `options` of a
 * golden checkpoint and the raw `addon`.
 * @param shell what bash does first, like `ulimit -f 64`
 */
export function runScript(name: GoldenName, script: string, shell = ':'): Promise<Ended> {
  const source = `
    import { loadAddon } from ${at('src/native/binding.ts')}
    import { openEngine } from ${at('src/native/engine.ts')}
    import { readCheckpoint } from ${at('src/model/checkpoint.ts')}
    const { config, weights } = await readCheckpoint(${JSON.stringify(goldenFolder(name))})
    const options = { model: config, weights, device: 'cpu', dtype: 'float32', reference: false, kvCacheBytes: 1 << 30, threads: 0 }
    const addon = loadAddon()
    ${script}`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', source]
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', ...node], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    })
    let out = ''
    child.stdout.on('data', (data) => (out += data))
    child.stderr.on('data', (data) => (out += data))
    child.on('close', (code, signal) => resolve({ code, signal, out }))
  })
}
