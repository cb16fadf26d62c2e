import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { NativeEngine, SamplingParams, TokenBatch } from '../../src/native/types.ts'
import { goldenFolders } from '../support/goldens.ts'

const dir = goldenFolders().find((folder) => folder.endsWith('llama3-untied'))!
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

async function open(): Promise<NativeEngine> {
  const { config, weights } = await readCheckpoint(dir)
  return openEngine({
    model: config,
    weights,
    device: 'cpu',
    dtype: 'float32',
    reference: false,
    kvCacheBytes: 1 << 30,
    threads: 0,
  })
}

describe('beside the event loop', () => {
  it('a timer ticks while generate runs', async () => {
    const engine = await open()
    const began = performance.now()
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    await engine.generate(prompts, sampling)
    clearInterval(timer)
    const elapsed = performance.now() - began
    await engine.close()
    expect(elapsed).toBeGreaterThan(200) // else nothing was shown
    // a blocked loop would tick once; a busy machine may lose some
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

  // the source is run by tsx in a process of its own
  const run = (script: string): Promise<{ code: number | null; signal: string | null; out: string }> => {
    const source = `
      import { readCheckpoint } from ${JSON.stringify(fileURLToPath(new URL('../../src/model/checkpoint.ts', import.meta.url)))}
      import { openEngine } from ${JSON.stringify(fileURLToPath(new URL('../../src/native/engine.ts', import.meta.url)))}
      const { config, weights } = await readCheckpoint(${JSON.stringify(dir)})
      const engine = await openEngine({ model: config, weights, device: 'cpu', dtype: 'float32', reference: false, kvCacheBytes: 1 << 30, threads: 0 })
      const seeds = new Uint32Array(${rows})
      const sampling = { samplesPerPrompt: ${rows}, maxNewTokens: 400, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds }
      const prompts = { tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }
      ${script}`
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      })
      let out = ''
      child.stdout.on('data', (data) => (out += data))
      child.stderr.on('data', (data) => (out += data))
      child.on('close', (code, signal) => resolve({ code, signal, out }))
    })
  }

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
       const addon = require(${JSON.stringify(fileURLToPath(new URL('../../build/Release/serl.node', import.meta.url)))})
       const engine = new addon.Engine()
       engine.open(${'require("node:worker_threads").workerData'}).then(() => {
         engine.generate({ tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }, { samplesPerPrompt: 64, maxNewTokens: 400, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds: new Uint32Array(64) })
         parentPort.postMessage('running')
       })`,
      { eval: true, workerData: await workerOptions() },
    )
    await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await worker.terminate()
    // the process is still well
    const engine = await open()
    expect((await engine.generate(prompts, { ...sampling, maxNewTokens: 2 })).tokens.length).toBe(2 * rows)
    await engine.close()
  })
})

async function workerOptions(): Promise<object> {
  const { config, weights } = await readCheckpoint(dir)
  return {
    model: config,
    weights,
    device: 'cpu',
    dtype: 'float32',
    reference: false,
    kvCacheBytes: 1 << 28,
    threads: 0,
  }
}
