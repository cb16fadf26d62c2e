import { expect, it } from 'vitest'
import { type FinishedPrompts, FinishReason, type StopStrings } from '../../src/native/types.ts'
import { joinTokens, packSequences, packTokens } from '../../src/rollout/pack.ts'
import { type EngineUnderTest, greedy, maxGap, prompts, sampled } from './fixtures.ts'

export function describeGenerate(under: () => EngineUnderTest, tolerance: number): void {
  it('gives a row for every sample of every prompt, in order', async () => {
    const { engine } = under()
    const out = await engine.generate(prompts, sampled(2, [1, 2, 3, 4, 5, 6]))
    expect(out.offsets.length).toBe(7)
    expect(out.offsets[0]).toBe(0)
    expect(out.offsets[6]).toBe(out.tokens.length)
    expect(out.logprobs.length).toBe(out.tokens.length)
    expect(Array.from(out.finishReasons)).toEqual(Array(6).fill(FinishReason.length))
    expect(out.tokens.length).toBe(6 * 8)
  })

  it('reports log-probabilities equal to those of logprobs()', async () => {
    const { engine } = under()
    const sampling = sampled(2, [1, 2, 3, 4, 5, 6], { temperature: 0.7, topP: 0.9, presencePenalty: 0.5 })
    const out = await engine.generate(prompts, sampling)
    const rows = Array.from({ length: 6 }, (_, row) => {
      const prompt = Math.floor(row / 2)
      return joinTokens(
        prompts.tokens.slice(prompts.offsets[prompt], prompts.offsets[prompt + 1]),
        out.tokens.slice(out.offsets[row], out.offsets[row + 1]),
      )
    })
    const scored = await engine.logprobs(packSequences(rows), 'policy', 0.7)
    expect(maxGap(out.logprobs, scored)).toBeLessThan(tolerance)
  })

  /** Token t is the letter of code 65 + t % 26, twice: "AA", "BB", ... */
  const stopStrings = (vocabSize: number, ...strings: string[]): StopStrings => ({
    strings,
    tokenBytes: Uint8Array.from({ length: 2 * vocabSize }, (_, i) => 65 + ((i >> 1) % 26)),
    tokenOffsets: Int32Array.from({ length: vocabSize + 1 }, (_, i) => 2 * i),
  })

  it('ends a row with the token that completes a stop string, within a token or across two', async () => {
    const { engine, vocabSize } = under()
    const text = (tokens: Iterable<number>): string =>
      Array.from(tokens, (token) => String.fromCharCode(65 + (token % 26)).repeat(2)).join('')
    const sampling = sampled(2, [1, 2, 3, 4, 5, 6], { maxNewTokens: 24 })
    const free = await engine.generate(prompts, sampling)
    const rows = Array.from({ length: 6 }, (_, i) => free.tokens.slice(free.offsets[i], free.offsets[i + 1]))
    const across = text(rows[0]!).slice(9, 11) // the end of one token, the beginning of the next
    const strings = [across, text(rows[1]!.slice(7, 8)).slice(1), 'nowhere']
    const out = await engine.generate(prompts, { ...sampling, stopStrings: stopStrings(vocabSize, ...strings) })
    for (const [i, row] of rows.entries()) {
      const found = strings
        .map((stop) => text(row).indexOf(stop) + stop.length)
        .filter((end, s) => end >= strings[s]!.length)
      const kept = found.length === 0 ? row.length : Math.ceil(Math.min(...found) / 2)
      expect(Array.from(out.tokens.slice(out.offsets[i], out.offsets[i + 1]))).toEqual(Array.from(row.slice(0, kept)))
      expect(out.finishReasons[i]).toBe(found.length === 0 ? FinishReason.length : FinishReason.stop)
    }
    expect(
      Array.from(out.finishReasons).filter((reason) => reason === FinishReason.stop).length,
    ).toBeGreaterThanOrEqual(2)
  })

  it('refuses stop strings that it cannot read', async () => {
    const { engine, vocabSize } = under()
    const good = stopStrings(vocabSize, 'A')
    const bad: [string, StopStrings][] = [
      ['empty', { ...good, strings: [''] }],
      ['too long', { ...good, strings: ['x'.repeat(1025)] }],
      ['too many', { ...good, strings: Array(65).fill('x') }],
      ['another vocabulary', { ...good, tokenOffsets: good.tokenOffsets.slice(1) }],
      ['past the end', { ...good, tokenBytes: good.tokenBytes.slice(1) }],
      ['descending', { ...good, tokenOffsets: good.tokenOffsets.map((at, i) => (i === 3 ? 1 : at)) }],
    ]
    for (const [what, stops] of bad) {
      const code = await engine.generate(prompts, greedy(3, { stopStrings: stops })).then(
        () => 'none',
        (error) => error.code,
      )
      expect([what, code]).toEqual([what, 'ARGUMENT'])
    }
  })

  it('reports greedy log-probabilities at temperature 1, and picks the likeliest token', async () => {
    const { engine, vocabSize } = under()
    const prompt = Int32Array.of(1, 2, 3)
    const out = await engine.generate(packTokens([prompt]), greedy(1, { maxNewTokens: 1 }))
    const continuations = Array.from({ length: vocabSize }, (_, token) => joinTokens(prompt, Int32Array.of(token)))
    const all = await engine.logprobs(packSequences(continuations), 'policy', 1)
    expect(out.tokens[0]).toBe(all.indexOf(Math.max(...all)))
    expect(Math.abs(out.logprobs[0]! - Math.max(...all))).toBeLessThan(tolerance)
  })

  it('is deterministic: greedy, and sampled with the same seeds', async () => {
    const { engine } = under()
    for (const sampling of [greedy(3), sampled(2, [9, 8, 7, 6, 5, 4])]) {
      const first = await engine.generate(prompts, sampling)
      const again = await engine.generate(prompts, sampling)
      expect(again.tokens).toEqual(first.tokens)
      expect(again.logprobs).toEqual(first.logprobs)
    }
  })

  it('draws by the row seed alone: a row repeats on its own, other seeds differ', async () => {
    const { engine } = under()
    const seeds = [11, 12, 13, 14, 15, 16]
    const together = await engine.generate(prompts, sampled(2, seeds, { maxNewTokens: 16 }))
    const row = (out: typeof together, i: number) => Array.from(out.tokens.slice(out.offsets[i], out.offsets[i + 1]))
    const alone = await engine.generate(packTokens([Int32Array.of(4)]), sampled(1, [14], { maxNewTokens: 16 }))
    expect(row(alone, 0)).toEqual(row(together, 3))
    expect(row(together, 2)).not.toEqual(row(together, 3))
    const other = await engine.generate(prompts, sampled(2, [21, 22, 23, 24, 25, 26], { maxNewTokens: 16 }))
    expect(other.tokens).not.toEqual(together.tokens)
  })

  it('ends a row at a stop token, and keeps it', async () => {
    const { engine } = under()
    const free = await engine.generate(prompts, greedy(3))
    const stop = free.tokens[free.offsets[0]! + 2]!
    const out = await engine.generate(prompts, greedy(3, { stopTokens: Int32Array.of(stop) }))
    const first = Array.from(out.tokens.slice(0, out.offsets[1]))
    expect(first.at(-1)).toBe(stop)
    expect(first.indexOf(stop)).toBe(first.length - 1)
    expect(out.finishReasons[0]).toBe(FinishReason.stop)
  })

  it('never repeats a token under a huge presence penalty', async () => {
    const { engine } = under()
    for (const temperature of [0, 1]) {
      const out = await engine.generate(prompts, greedy(3, { temperature, presencePenalty: 1e4 }))
      for (let row = 0; row < 3; row++) {
        const tokens = out.tokens.slice(out.offsets[row], out.offsets[row + 1])
        expect(new Set(tokens).size).toBe(tokens.length)
      }
    }
  })

  it('samples as greedy does when topP leaves one token', async () => {
    const { engine } = under()
    const best = await engine.generate(prompts, greedy(3))
    const out = await engine.generate(prompts, sampled(1, [1, 2, 3], { topP: 1e-6 }))
    expect(out.tokens).toEqual(best.tokens)
  })

  it('draws tokens with the frequency of their probabilities', async () => {
    const { engine, vocabSize } = under()
    const n = 4000
    const prompt = Int32Array.of(2)
    const seeds = Array.from({ length: n }, (_, i) => i * 7919)
    const out = await engine.generate(packTokens([prompt]), sampled(n, seeds, { maxNewTokens: 1 }))
    const continuations = Array.from({ length: vocabSize }, (_, token) => joinTokens(prompt, Int32Array.of(token)))
    const logprobs = await engine.logprobs(packSequences(continuations), 'policy', 1)
    const counts = new Float64Array(vocabSize) // [V]
    for (const token of out.tokens) counts[token]! += 1
    for (const [token, logprob] of logprobs.entries()) {
      const p = Math.exp(logprob)
      // five standard errors, and one draw for the rarest tokens
      expect(Math.abs(counts[token]! / n - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n) + 1.5 / n)
    }
  })

  it('hands over each prompt once, with the step of its last sample, and the rows that it returns at the end', async () => {
    const { engine, vocabSize } = under()
    const seeds = Array.from({ length: 18 }, (_, i) => 100 + i)
    // a third of the vocabulary: rows end at different steps, the first included
    const stopTokens = Int32Array.from({ length: Math.floor(vocabSize / 3) }, (_, token) => token * 3)
    const many = packTokens(Array.from({ length: 6 }, (_, i) => Int32Array.of(1 + i, 2)))
    const handed: FinishedPrompts[] = []
    const sampling = sampled(3, seeds, { maxNewTokens: 12, stopTokens })
    const out = await engine.generate(many, sampling, undefined, (batch) => handed.push(batch))
    const rowOf = ({ tokens, logprobs, offsets, finishReasons }: typeof out, i: number) => [
      Array.from(tokens.slice(offsets[i], offsets[i + 1])),
      Array.from(logprobs.slice(offsets[i], offsets[i + 1])),
      finishReasons[i],
    ]
    const lengths = Array.from(seeds, (_, i) => out.offsets[i + 1]! - out.offsets[i]!)
    const steps = Array.from({ length: 6 }, (_, i) => Math.max(...lengths.slice(3 * i, 3 * i + 3)))
    const expected = [...new Set(steps)]
      .sort((a, b) => a - b)
      .map((step) => [...steps.keys()].filter((i) => steps[i] === step))
    expect(handed.map(({ prompts }) => Array.from(prompts))).toEqual(expected)
    expect(expected.length).toBeGreaterThan(1)
    for (const batch of handed) {
      expect(batch.finishReasons.length).toBe(3 * batch.prompts.length)
      for (const [i, prompt] of batch.prompts.entries()) {
        for (const s of [0, 1, 2]) expect(rowOf(batch, 3 * i + s)).toEqual(rowOf(out, 3 * prompt + s))
      }
    }
  })

  it('hands over no prompt that was cancelled', async () => {
    const { engine, maxPositions } = under()
    const handed: number[] = []
    const long = sampled(32, Array(96).fill(1), { maxNewTokens: maxPositions - 3 })
    const call = engine.generate(prompts, long, undefined, (batch) => handed.push(...batch.prompts))
    engine.cancel()
    expect(new Set((await call).finishReasons)).toEqual(new Set([FinishReason.cancelled]))
    expect(handed).toEqual([])
  })

  it('hands over every token as it is drawn, before the call settles, and draws the same without a listener', async () => {
    const { engine, vocabSize } = under()
    const stopTokens = Int32Array.from({ length: Math.floor(vocabSize / 3) }, (_, token) => token * 3)
    const sampling = sampled(2, [1, 2, 3, 4, 5, 6], { maxNewTokens: 12, stopTokens })
    const rows: number[][] = Array.from({ length: 6 }, () => [])
    let batches = 0
    const out = await engine.generate(prompts, sampling, undefined, undefined, (drawn) => {
      batches += 1
      expect(drawn.rows.length).toBe(drawn.tokens.length)
      expect(new Set(drawn.rows).size).toBe(drawn.rows.length)
      for (const [i, row] of drawn.rows.entries()) rows[row]!.push(drawn.tokens[i]!)
    })
    const rowOf = (i: number) => Array.from(out.tokens.slice(out.offsets[i], out.offsets[i + 1]))
    expect(rows).toEqual(rows.map((_, i) => rowOf(i)))
    expect(batches).toBeGreaterThanOrEqual(Math.max(...rows.map((row) => row.length)))
    const alone = await engine.generate(prompts, sampling)
    expect(Array.from(alone.tokens)).toEqual(Array.from(out.tokens))
  })

  it('reports progress while it runs', async () => {
    const { engine } = under()
    const seen: [number, number][] = []
    await engine.generate(prompts, greedy(3), (done, total) => seen.push([done, total]))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every(([done, total]) => done >= 0 && done <= total && total > 0)).toBe(true)
  })
}
