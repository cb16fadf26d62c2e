import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { loadAddon } from '../../src/native/binding.ts'
import { packSequences } from '../../src/rollout/pack.ts'
import { openGolden, someTokens } from './golden-engine.ts'
import { runScript } from './run-script.ts'

const batch = packSequences(Array.from({ length: 12 }, (_, i) => ({ tokens: someTokens(100, i), promptLength: 4 })))

describe('threads of two engines in one process', () => {
  it('are those that each requested; 0 is all cores, whatever another engine uses', async () => {
    const all = loadAddon().threads()
    const one = await openGolden('qwen3', { threads: 1 })
    const other = await openGolden('qwen3', { threads: 0 })
    const three = await openGolden('qwen3', { threads: 3 })
    expect([one, other, three].map((engine) => engine.info.threads)).toEqual([1, all, 3])
    expect(await other.logprobs(batch, 'policy', 1)).toEqual(await one.logprobs(batch, 'policy', 1))
  })

  it('are those that each asked for when engines open at once, too', async () => {
    const asked = [1, 3, 2, 1]
    for (let round = 0; round < 20; round++) {
      const engines = await Promise.all(asked.map((threads) => openGolden('llama-tied', { threads })))
      expect(engines.map((engine) => engine.info.threads)).toEqual(asked)
      await Promise.all(engines.map((engine) => engine.close()))
    }
  })

  it.skipIf(process.platform !== 'linux' || availableParallelism() < 2)('are started', async () => {
    // its own process: threads of engines opened before would be counted
    const ended = await runScript(
      'qwen3',
      `const { readdirSync } = await import('node:fs')
       const count = () => readdirSync('/proc/self/task').length
       const n = 40, length = 90
       const batch = { tokens: Int32Array.from({ length: n * length }, (_, i) => 3 + (i * 37) % 250), offsets: Int32Array.from({ length: n + 1 }, (_, i) => i * length), promptLengths: new Int32Array(n).fill(4) }
       const one = await openEngine({ ...options, threads: 1 })
       await one.logprobs(batch, 'policy', 1)
       const before = count()
       const all = await openEngine({ ...options, threads: 0 })
       await all.logprobs(batch, 'policy', 1)
       console.log(count() - before === all.info.threads)
       await one.close()
       await all.close()`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: 'true\n' })
  })

  it.skipIf(process.platform !== 'linux')(
    'are refused, and the process goes on, where this system starts fewer',
    async () => {
      const script = `
      console.log(await openEngine({ ...options, threads: 1024 }).catch((error) => error.code))
      const engine = await openEngine({ ...options, threads: 2 })
      console.log(engine.info.threads)
      await engine.close()`
      // stacks of 1,024 threads take 64 GiB of addresses
      const ended = await runScript('qwen3', script, 'ulimit -s 65536; ulimit -v 40000000')
      expect(ended).toEqual({ code: 0, signal: null, out: 'UNSUPPORTED\n2\n' })
    },
  )

  it('are refused if no system could start that many', async () => {
    await expect(openGolden('qwen3', { threads: 100_000 })).rejects.toMatchObject({ code: 'ARGUMENT' })
  })
})
