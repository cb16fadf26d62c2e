import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { runScript } from './run-script.ts'

// util-linux's prlimit bounds a running process; without it the test cannot limit memory
const limits = spawnSync('prlimit', ['--version']).status === 0

describe.skipIf(!limits)('an accumulate that runs out of memory (needs prlimit)', () => {
  it('reports it, zeroes the gradients, and leaves a working engine', async () => {
    const ended = await runScript(
      'qwen3',
      `const { spawnSync } = await import('node:child_process')
       const { readFileSync } = await import('node:fs')
       const engine = await openEngine(options)
       const small = { tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3), promptLengths: Int32Array.of(1) }
       const largest = async () => Math.max(...(await engine.gradientNorms()))
       const nll = { kind: 'nll', normalizer: 1 }
       await engine.accumulate(small, nll)
       console.log('before', await largest() > 0)

       // 128 rows of 500 tokens: what the backward needs of them passes the limit
       const [rows, length] = [128, 500]
       const offsets = Int32Array.from({ length: rows + 1 }, (_, i) => length * i)
       const batch = { tokens: new Int32Array(rows * length).fill(9), offsets, promptLengths: new Int32Array(rows).fill(1) }
       const now = 1024 * Number(/VmSize:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
       const limit = (bytes) => spawnSync('prlimit', ['--pid', String(process.pid), '--as=' + bytes + ':unlimited'])
       limit(now + 2 ** 26)
       const code = await engine.accumulate(batch, nll).then(() => 'none', (error) => error.code)
       limit('unlimited')
       console.log('code', code)
       console.log('after', await largest())
       await engine.accumulate(small, nll)
       console.log('again', await largest() > 0)
       await engine.close()`,
    )
    expect(ended).toEqual({
      code: 0,
      signal: null,
      out: 'before true\ncode OUT_OF_MEMORY\nafter 0\nagain true\n',
    })
  })
})
