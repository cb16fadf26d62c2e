import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NativeEngine, SamplingParams } from '../../src/native/types.ts'
import { joinTokens, packSequences, packTokens } from '../../src/rollout/pack.ts'
import { greedy, sampled } from '../contract/fixtures.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { openGolden, someTokens } from './golden-engine.ts'

const vocabulary = 320
const hidden = 64
const rows = 4096
const prompt = someTokens(9)

/** [V] log p(token | prefix) at a temperature, from scoring and not from generating. */
async function scores(engine: NativeEngine, prefix: Int32Array, temperature: number): Promise<Float64Array> {
  const every = Array.from({ length: vocabulary }, (_, token) => joinTokens(prefix, Int32Array.of(token)))
  return Float64Array.from(await engine.logprobs(packSequences(every), 'policy', temperature))
}

/** [V] probabilities that the definition of sampling gives: penalty, softmax, smallest set that reaches topP. */
function expected(
  logprobs: Float64Array,
  { temperature, topP, presencePenalty }: SamplingParams,
  seen: readonly number[],
) {
  const weights = logprobs.map((x, t) => Math.exp(x - (seen.includes(t) ? presencePenalty / temperature : 0)))
  const total = weights.reduce((sum, x) => sum + x, 0)
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b)
  const nucleus = new Float64Array(vocabulary) // [V]
  let mass = 0
  for (const token of order) {
    if (mass >= topP * total) break
    nucleus[token] = weights[token]!
    mass += weights[token]!
  }
  return nucleus.map((x) => x / mass)
}

/** Five standard errors of a frequency, and one draw for the rarest tokens; what cannot be drawn never is. */
function checkFrequencies(drawn: readonly number[], probabilities: Float64Array): void {
  const counts = new Float64Array(vocabulary) // [V]
  for (const token of drawn) counts[token]! += 1
  const n = drawn.length
  for (const [token, p] of probabilities.entries()) {
    if (p === 0) expect(counts[token], `token ${token}`).toBe(0)
    const bound = 5 * Math.sqrt((p * (1 - p)) / n) + 1.5 / n
    expect(Math.abs(counts[token]! / n - p), `token ${token}`).toBeLessThan(bound)
  }
}

const seeds = Array.from({ length: rows }, (_, i) => i * 7919 + 1)
const kinds: [string, Partial<SamplingParams>][] = [
  ['at temperature 1', {}],
  ['at temperature 0.4', { temperature: 0.4 }],
  ['at temperature 2.5', { temperature: 2.5 }],
  ['from the smallest set that reaches topP 0.5', { topP: 0.5 }],
  ['from the smallest set that reaches topP 0.9, at temperature 0.4', { topP: 0.9, temperature: 0.4 }],
]

describe.each([
  ['CPU kernels', false],
  ['tensor operations', true],
])('sampling by %s', (_name, portableKernels) => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await openGolden('qwen3', { portableKernels })
  })

  it.each(kinds)('draws by the probabilities %s', async (_kind, over) => {
    const sampling = sampled(rows, seeds, { maxNewTokens: 1, ...over })
    const out = await engine.generate(packTokens([prompt]), sampling)
    const logprobs = await scores(engine, prompt, sampling.temperature)
    const probabilities = expected(logprobs, sampling, [])
    if (sampling.topP < 1) expect(probabilities.filter((p) => p > 0).length).toBeLessThan(vocabulary * 0.8)
    checkFrequencies([...out.tokens], probabilities)
    // what is reported is the probability before the nucleus was cut
    for (const [row, token] of out.tokens.entries()) {
      if (row < 64) expect(out.logprobs[row]).toBeCloseTo(logprobs[token]!, 4)
    }
  })

  // cold, so that the first token takes few values; their rows then share one distribution of the second
  it.each([
    ['lowers', 1.2, 1],
    ['raises, when negative,', -1.2, 1],
    ['lowers, before the nucleus is cut,', 0.6, 0.7],
  ])('a presence penalty %s the logit of what was generated', async (_what, presencePenalty, topP) => {
    const over = { maxNewTokens: 2, temperature: 0.25, presencePenalty, topP }
    const sampling = sampled(rows, seeds, over)
    const out = await engine.generate(packTokens([prompt]), sampling)
    const pairs = Array.from({ length: rows }, (_, row) => [out.tokens[2 * row]!, out.tokens[2 * row + 1]!] as const)
    const firsts = new Map<number, number[]>()
    for (const [first, second] of pairs) firsts.set(first, [...(firsts.get(first) ?? []), second])
    // the penalty ignores the prompt: its tokens are drawn like all others
    checkFrequencies(
      [...out.tokens].filter((_, i) => i % 2 === 0),
      expected(await scores(engine, prompt, 0.25), sampling, []),
    )
    const large = [...firsts].filter(([, seconds]) => seconds.length >= 300)
    expect(large.length).toBeGreaterThan(0)
    for (const [first, seconds] of large) {
      const logprobs = await scores(engine, Int32Array.of(...prompt, first), 0.25)
      checkFrequencies(seconds, expected(logprobs, sampling, [first]))
    }
  })

  it('takes the lowest id of equally likely tokens: greedy, under a penalty, and in a nucleus of one', async () => {
    const tied = await openGolden('qwen3', { portableKernels })
    const prompts = packTokens([prompt])
    const [best] = (await tied.generate(prompts, greedy(1, { maxNewTokens: 1 }))).tokens
    // rows of the output matrix on both sides of entry 256, where the kernel's next block begins, become the best token's
    const twins = [270, 31, 300, 290].filter((token) => token !== best)
    const file = join(await tempFolder(), 'head')
    const head = { name: 'lm_head.weight', file, offset: 0, dtype: 'F32' as const, shape: [vocabulary, hidden] }
    await tied.exportTensors([{ path: file, header: new Uint8Array(0), tensors: [head.name] }])
    const weights = new Float32Array(Uint8Array.from(await readFile(file)).buffer) // [V, hidden]
    for (const twin of twins) weights.copyWithin(twin * hidden, best! * hidden, (best! + 1) * hidden)
    await writeFile(file, new Uint8Array(weights.buffer))
    await tied.importTensors([head])
    const lowest = Math.min(best!, ...twins)
    expect(lowest).toBeLessThan(Math.max(best!, ...twins))
    const draw = async (over: Partial<SamplingParams>) => [
      ...(await tied.generate(prompts, greedy(1, { maxNewTokens: 1, ...over }))).tokens,
    ]
    expect(await draw({})).toEqual([lowest])
    expect(await draw({ temperature: 1, topP: 1e-9 })).toEqual([lowest])
    expect(await draw({ presencePenalty: 1e-3 })).toEqual([lowest])
  })
})
