import { describe, expect, it } from 'vitest'
import { loadAddon } from '../../src/native/binding.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { adamw, greedy } from '../contract/fixtures.ts'
import { runScript } from './run-script.ts'

// engine.ts never calls the addon like this; a crash would still take the whole process down
describe('the addon without its guard', () => {
  it('survives a close right behind open', async () => {
    const ended = await runScript(
      'llama-tied',
      `const engine = new addon.Engine()
       const opened = engine.open(options)
       const closed = engine.close()
       console.log((await opened).tensorNames.length, (await opened).parameters, await closed)`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: '20 69936 undefined\n' })
  })

  it('survives a close right behind an open that fails', async () => {
    const ended = await runScript(
      'llama-tied',
      `const engine = new addon.Engine()
       const opened = engine.open({ ...options, weights: [] }).catch((error) => error.code)
       const closed = engine.close()
       console.log(await opened, await closed)`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: 'ARGUMENT undefined\n' })
  })

  it('rejects every call on an engine that was never opened', async () => {
    const engine = new (loadAddon().Engine)()
    const batch = packSequences([{ tokens: Int32Array.of(1, 2, 3), promptLength: 1 }])
    const calls = [
      engine.generate(packTokens([Int32Array.of(1)]), greedy(1)),
      engine.logprobs(batch, false, 1),
      engine.accumulate(batch, { kind: 'nll', normalizer: 1 }),
      engine.gradientNorms(),
      engine.step(adamw()),
      engine.syncReference(),
      engine.exportTensors([]),
      engine.importTensors([]),
    ]
    const codes = await Promise.all(calls.map((call) => call.catch((error) => error.code)))
    expect(codes).toEqual(calls.map(() => 'CLOSED'))
    await engine.close()
  })

  it('rejects a call after close', async () => {
    const engine = new (loadAddon().Engine)()
    await engine.close()
    await expect(engine.gradientNorms()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(engine.memory()).toMatchObject({ weightsBytes: 0, kvCacheBytes: 0 })
  })
})
