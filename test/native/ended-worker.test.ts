import { expect, it } from 'vitest'
import { type Ended, runScript } from './run-script.ts'

const RUNS = 60

/**
 * Ends workers whose engine is busy, each at another moment: while it opens, or at work, 0 to 400 ms later.
 * @param onProgress what the worker's generate does at each progress call
 * @param then what the worker does once its calls are queued
 */
const endWorkers = (onProgress: string, then: string, last = ''): Promise<Ended> =>
  runScript(
    'qwen3',
    `const { Worker } = await import('node:worker_threads')
     const { addonPath } = await import(${JSON.stringify(new URL('../../src/native/binding.ts', import.meta.url).href)})
     const source = \`
       const { parentPort, workerData } = require('node:worker_threads')
       const engine = new (require(workerData.path).Engine)()
       const prompts = { tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }
       const sampling = { samplesPerPrompt: 64, maxNewTokens: 90, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds: new Uint32Array(64) }
       const n = 60, length = 90
       const batch = { tokens: Int32Array.from({ length: n * length }, (_, i) => 3 + (i * 37) % 250), offsets: Int32Array.from({ length: n + 1 }, (_, i) => i * length), promptLengths: new Int32Array(n).fill(4) }
       const ignore = () => {}
       parentPort.postMessage('start')
       engine.open(workerData.options, ignore).then(() => {
         parentPort.postMessage('open')
         for (let i = 0; i < 3; i++) {
           engine.generate(prompts, sampling, () => { ${onProgress} }).catch(ignore)
           engine.accumulate(batch, { kind: 'nll', normalizer: 1 }).catch(ignore)
           engine.step({ step: 1, lr: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 }).catch(ignore)
           engine.logprobs(batch, true, 1).catch(ignore)
         }
         ${then}
       })\`
     const start = () => {
       const worker = new Worker(source, { eval: true, workerData: { options: { ...options, reference: true }, path: addonPath() } })
       worker.on('error', () => {})
       return worker
     }
     for (let i = 0; i < ${RUNS}; i++) {
       const worker = start()
       await new Promise((resolve) => {
         worker.on('message', (message) => message === (i % 3 === 0 ? 'start' : 'open') && resolve())
         worker.on('exit', resolve)
       })
       await new Promise((resolve) => setTimeout(resolve, (i * 37) % 400))
       await worker.terminate()
     }
     console.log('all ended')
     ${last}`,
  )

// a call into JavaScript fails while a worker ends; what escapes native code then ends the whole process
it.each([
  ['works', '', ''],
  ['reports progress to a callback that throws', 'throw new Error("of the callback")', ''],
  ['closes', '', 'engine.close()'],
])('a worker may be ended while its engine %s, 60 times', { timeout: 300_000 }, async (_, onProgress, then) => {
  expect(await endWorkers(onProgress, then)).toEqual({ code: 0, signal: null, out: 'all ended\n' })
})

it.each(['accumulate', 'logprobs', 'generate'])(
  'a process may exit while an engine of its own is at %s',
  async (method) => {
    for (let i = 0; i < 10; i++) {
      const ended = await runScript(
        'qwen3',
        `const engine = await openEngine(options)
       const n = 300, length = 90
       const batch = { tokens: Int32Array.from({ length: n * length }, (_, i) => 3 + (i * 37) % 250), offsets: Int32Array.from({ length: n + 1 }, (_, i) => i * length), promptLengths: new Int32Array(n).fill(4) }
       const sampling = { samplesPerPrompt: 64, maxNewTokens: 90, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds: new Uint32Array(64) }
       const calls = {
         accumulate: () => engine.accumulate(batch, { kind: 'nll', normalizer: 1 }),
         logprobs: () => engine.logprobs(batch, 'policy', 1),
         generate: () => engine.generate({ tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }, sampling),
       }
       calls.${method}().catch(() => {})
       setTimeout(() => process.exit(7), ${(i * 13) % 60})`,
      )
      expect(ended).toEqual({ code: 7, signal: null, out: '' })
    }
  },
)

it('a process may exit while engines of workers are busy', { timeout: 300_000 }, async () => {
  const exit = 'start(), start(); setTimeout(() => process.exit(7), 700)'
  expect(await endWorkers('', '', exit)).toEqual({ code: 7, signal: null, out: 'all ended\n' })
})
