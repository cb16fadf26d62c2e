import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { addonPath } from '../../src/native/binding.ts'
import type { SamplingParams, TokenBatch } from '../../src/native/types.ts'
import { goldenOptions, openGolden } from './golden-engine.ts'
import { runScript } from './run-script.ts'

const rows = 256
const prompts: TokenBatch = { tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }
const sampling: SamplingParams = {
  samplesPerPrompt: rows,
  maxNewTokens: 400,
  temperature: 1,
  topP: 1,
  presencePenalty: 0,
  stopTokens: new Int32Array(0),
  seeds: Uint32Array.from({ length: rows }, (_, i) => i),
}

const open = () => openGolden('llama3-untied', { kvCacheBytes: 1 << 30 })

describe('an engine and the event loop', () => {
  it('timers keep running while generate does', async ({ annotate }) => {
    const engine = await open()
    const began = performance.now()
    let [ticks, last, longest] = [0, began, 0]
    const tick = () => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      ticks++
    }
    const timer = setInterval(tick, 10)
    await engine.generate(prompts, { ...sampling, maxNewTokens: 150 })
    tick()
    clearInterval(timer)
    const elapsed = last - began
    await engine.close()
    await annotate(`${ticks} ticks, the longest gap ${longest.toFixed(0)} of ${elapsed.toFixed(0)} ms`)
    expect(elapsed).toBeGreaterThan(200) // otherwise the test proves nothing
    // a blocked loop is one gap as long as the call; a busy machine makes some of a few ticks
    expect(longest).toBeLessThan(elapsed / 3)
    expect(ticks).toBeGreaterThan(elapsed / 10 / 4)
  })

  it('two engines in one process do not disturb each other', async () => {
    const [a, b] = await Promise.all([open(), open()])
    const alone = await a.generate(prompts, { ...sampling, maxNewTokens: 20 })
    const [first, second] = await Promise.all([
      a.generate(prompts, { ...sampling, maxNewTokens: 20 }),
      b.generate(prompts, { ...sampling, maxNewTokens: 20 }),
    ])
    expect(first.tokens).toEqual(alone.tokens)
    expect(second.tokens).toEqual(alone.tokens)
    await Promise.all([a.close(), b.close()])
  })

  const run = (script: string) =>
    runScript(
      'llama3-untied',
      `const engine = await openEngine(options)
       const sampling = { samplesPerPrompt: ${rows}, maxNewTokens: 400, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds: new Uint32Array(${rows}) }
       const prompts = { tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }
       ${script}`,
    )

  it('the process may exit in the middle of generate', async () => {
    const ended = await run(`engine.generate(prompts, sampling); setTimeout(() => process.exit(7), 100)`)
    expect(ended).toEqual({ code: 7, signal: null, out: '' })
  })

  it('an open engine keeps no process alive, a pending call does', async () => {
    const ended = await run(
      `engine.generate(prompts, { ...sampling, maxNewTokens: 5 }).then((c) => console.log(c.tokens.length))`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: `${rows * 5}\n` })
  })

  it('a worker thread may end in the middle of generate', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads')
       const addon = require(${JSON.stringify(addonPath())})
       const engine = new addon.Engine()
       engine.open(${'require("node:worker_threads").workerData'}).then(() => {
         engine.generate({ tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }, { samplesPerPrompt: 64, maxNewTokens: 400, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds: new Uint32Array(64) })
         parentPort.postMessage('running')
       })`,
      { eval: true, workerData: await goldenOptions('llama3-untied') },
    )
    await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await worker.terminate()
    // the process still works
    const engine = await open()
    expect((await engine.generate(prompts, { ...sampling, maxNewTokens: 2 })).tokens.length).toBe(2 * rows)
    await engine.close()
  })
})
