import { describe, expect, it } from 'vitest'
import { packTokens } from '../../src/rollout/pack.ts'
import { greedy } from '../contract/fixtures.ts'
import { openGolden, someTokens } from './golden-engine.ts'
import { runScript } from './run-script.ts'

const generate = `
  const sampling = { samplesPerPrompt: 256, maxNewTokens: 400, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: new Int32Array(0), seeds: new Uint32Array(256) }
  const prompts = { tokens: Int32Array.of(5, 6, 7), offsets: Int32Array.of(0, 3) }`

describe('a progress callback', () => {
  it('that throws in generate ends the process with its error', async () => {
    const ended = await runScript(
      'llama3-untied',
      `${generate}
       const engine = await openEngine(options)
       await engine.generate(prompts, sampling, () => { throw new Error('from the callback') })
       console.log('went on')`,
    )
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.out).toContain('from the callback')
    expect(ended.out).not.toContain('went on')
  })

  it('that throws while loading ends the process with its error', async () => {
    const ended = await runScript(
      'llama3-untied',
      `await openEngine(options, () => { throw new Error('from the callback') })
       setTimeout(() => console.log('went on'), 50)`,
    )
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.out).toContain('from the callback')
    expect(ended.out).not.toContain('went on')
  })

  it('that throws stops the generate it watches if an uncaughtException handler keeps the process alive', async () => {
    const ended = await runScript(
      'llama3-untied',
      `${generate}
       const seen = []
       process.on('uncaughtException', (error) => seen.push(error.message))
       const engine = await openEngine(options)
       const out = await engine.generate(prompts, sampling, () => { throw new Error('from the callback') })
       console.log(seen[0], out.tokens.length < 256 * 400, out.finishReasons.includes(2))
       const next = await engine.generate(prompts, { ...sampling, maxNewTokens: 2 })
       console.log(next.tokens.length)
       await engine.close()`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: 'from the callback true true\n512\n' })
  })

  it('of finished prompts that throws stops the generate it watches', async () => {
    const ended = await runScript(
      'llama3-untied',
      `const seen = []
       process.on('uncaughtException', (error) => seen.push(error.message))
       const engine = await openEngine(options)
       const count = 256
       const sampling = { samplesPerPrompt: 1, maxNewTokens: 400, temperature: 1, topP: 1, presencePenalty: 0, stopTokens: Int32Array.of(1, 2), seeds: Uint32Array.from({ length: count }, (_, i) => i) }
       const prompts = { tokens: new Int32Array(count).fill(5), offsets: Int32Array.from({ length: count + 1 }, (_, i) => i) }
       const out = await engine.generate(prompts, sampling, undefined, () => { throw new Error('from the callback') })
       console.log(seen[0], out.finishReasons.includes(2))
       await engine.close()`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: 'from the callback true\n' })
  })

  it('sees loading tensor by tensor and ends with all of it', async () => {
    const seen: [number, number][] = []
    const engine = await openGolden('llama3-untied', {}, (done, total) => seen.push([done, total]))
    const tensors = engine.info.tensorNames.length
    expect(seen.at(-1)).toEqual([tensors, tensors])
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b))
  })

  it('ends with all tokens if rows stopped early', async () => {
    const engine = await openGolden('llama3-untied')
    const prompts = packTokens([someTokens(3)])
    const [stop] = (await engine.generate(prompts, greedy(1, { maxNewTokens: 1 }))).tokens
    const seen: [number, number][] = []
    const sampling = greedy(1, { maxNewTokens: 50, stopTokens: Int32Array.of(stop!) })
    const out = await engine.generate(prompts, sampling, (done, total) => seen.push([done, total]))
    expect(out.tokens.length).toBe(1)
    expect(seen.at(-1)).toEqual([50, 50])
  })
})
