import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultInstructConfig, type InstructConfig } from '../../../src/config/instruct-config.ts'
import { UserError } from '../../../src/errors.ts'
import { emptyPool } from '../../../src/instruct/pool.ts'
import { propose } from '../../../src/instruct/propose.ts'
import { openQuestionWriter, type QuestionWriter } from '../../../src/instruct/question-writer.ts'
import { FinishReason, type NativeEngine, type SamplingParams, type TokenBatch } from '../../../src/native/types.ts'
import { createRandom } from '../../../src/random.ts'
import type { Question } from '../../../src/rollout/group.ts'
import { packTokens } from '../../../src/rollout/pack.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { characterTokenizer, textOf } from './character-tokenizer.ts'

async function module(text: string, moduleLimitMs = 2000): Promise<QuestionWriter> {
  const file = join(await tempFolder(), 'own.mjs')
  await writeFile(file, text)
  return (await openQuestionWriter({ module: file, moduleLimitMs }))!
}

const seeds: Question[] = Array.from({ length: 20 }, (_, i) => ({
  id: `seed-${i}`,
  text: `What is ${i}?`,
  source: 'seed',
}))

/** Answers every row with the same text: "$" at its end means that it stopped by itself. */
function scriptedEngine(reply: string) {
  const asked: { prompts: TokenBatch; sampling: SamplingParams }[] = []
  const engine: Pick<NativeEngine, 'generate'> = {
    async generate(prompts, sampling) {
      asked.push({ prompts, sampling })
      const rows = (prompts.offsets.length - 1) * sampling.samplesPerPrompt
      const packed = packTokens(Array.from({ length: rows }, () => Int32Array.from(reply, (c) => c.charCodeAt(0))))
      const reason = reply.endsWith('$') ? FinishReason.stop : FinishReason.length
      return {
        ...packed,
        logprobs: new Float32Array(packed.tokens.length),
        finishReasons: new Uint8Array(rows).fill(reason),
      }
    },
  }
  const promptsOf = (call = 0): string[] => {
    const { tokens, offsets } = asked[call]!.prompts
    return Array.from({ length: offsets.length - 1 }, (_, i) => textOf(tokens.subarray(offsets[i], offsets[i + 1])))
  }
  return { engine, asked, promptsOf }
}

const context = (
  engine: Pick<NativeEngine, 'generate'>,
  writer: QuestionWriter | null,
  change: Partial<InstructConfig> = {},
) => ({
  engine,
  writer,
  tokenizer: characterTokenizer('system'),
  config: { ...defaultInstructConfig, maxNewTokens: 100, promptsPerRound: 2, examples: 3, ...change },
  seeds,
  pool: emptyPool,
  random: createRandom([0, 'propose', 3, 1]),
  eosTokenIds: [36],
  maxPositions: 1000,
  step: 3,
  round: 1,
})

const textsOf = async (asking: Parameters<typeof propose>[0]): Promise<string[]> =>
  (await propose(asking)).proposals.map(({ text }) => text)

describe('an instruct module', () => {
  it('writes prompts as text, with a seed of its own for each, the same when the round is repeated', async () => {
    const writer = await module(
      'export const prompt = ({ examples, ...rest }) => [rest.step, rest.round, rest.seed].join("/") + "|" + examples.join("|") + "|"',
    )
    const { engine, promptsOf } = scriptedEngine('1. One more?$')
    expect(await textsOf(context(engine, writer))).toEqual(['One more?', 'One more?'])
    await propose(context(engine, writer))
    const [one, two] = promptsOf().map((prompt) => /^\^3\/1\/(\d+)\|(.*)\|$/.exec(prompt)!) // "^": a text gets its BOS
    expect(one![1]).not.toBe(two![1])
    expect(one![2]!.split('|').every((text) => seeds.some((seed) => seed.text === text))).toBe(true)
    expect(one![2]!.split('|').length).toBe(3)
    expect(promptsOf(1)).toEqual(promptsOf(0))
    await writer.close()
  })

  it('writes chats, which the template renders', async () => {
    const writer = await module(`
      export const prompt = async ({ examples }) => [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: examples[0] },
      ]
    `)
    const { engine, promptsOf } = scriptedEngine('1. One more?$')
    expect(await textsOf(context(engine, writer, { promptsPerRound: 1 }))).toEqual(['One more?'])
    expect(promptsOf()[0]).toMatch(/^\^<system>Be brief\.<user>What is \d+\?<assistant>$/)
    const plain = { ...context(engine, writer), tokenizer: characterTokenizer(null) }
    await expect(propose(plain)).rejects.toThrow('instruct.module: no chat template')
    await writer.close()
  })

  it('may end a text in the number of the next item, behind which the list is read', async () => {
    const { engine } = scriptedEngine(' first?\n8) second?$')
    for (const end of ['7)', '7) ']) {
      const writer = await module(`export const prompt = () => 'A list:\\n${end}'`)
      expect(await textsOf(context(engine, writer, { promptsPerRound: 1 }))).toEqual(['First?', 'Second?'])
      await writer.close()
    }
    const middle = await module("export const prompt = () => 'A list of 7.'")
    expect(await textsOf(context(engine, middle, { promptsPerRound: 1 }))).toEqual(['Second?'])
    await middle.close()
  })

  it('reads continuations, with the usual prompts or with its own', async () => {
    const parse = 'export const parse = ({ continuation, cutOff }) => [continuation, String(cutOff)]'
    const { engine, promptsOf } = scriptedEngine(' a\nb')
    const reader = await module(parse)
    const usual = { ...context(engine, reader, { promptsPerRound: 1 }), tokenizer: characterTokenizer(null) }
    expect(await textsOf(usual)).toEqual(['4. a\nb', 'true'])
    expect(promptsOf()[0]).toMatch(/\n4\.$/)
    const both = await module(`${parse}\nexport const prompt = () => 'Write:'`)
    expect(await textsOf(context(engine, both, { promptsPerRound: 1 }))).toEqual([' a\nb', 'true'])
    await reader.close()
    await both.close()
  })

  it('is asked again with fewer examples until its prompt fits', async () => {
    const writer = await module(
      'export const prompt = ({ examples }) => examples.map((text) => text.repeat(40)).join("")',
    )
    const { engine, promptsOf } = scriptedEngine('1. x?$')
    const { examplesDropped } = await propose(context(engine, writer, { promptsPerRound: 1 }))
    expect(examplesDropped).toBe(1)
    expect(promptsOf()[0]!.split('?').length - 1).toBe(80)
    const long = await module('export const prompt = () => "x".repeat(901)')
    await expect(propose(context(engine, long))).rejects.toThrow(
      /no example fits a prompt for new questions: .*or write shorter prompts, .*\(instruct\.module\)/,
    )
    await writer.close()
    await long.close()
  })

  it('is refused a prompt without tokens', async () => {
    const writer = await module('export const prompt = () => ""')
    const bare = characterTokenizer(null)
    const asked = propose({
      ...context(scriptedEngine('').engine, writer),
      tokenizer: { ...bare, encode: bare.encodePlain },
    })
    await expect(asked).rejects.toThrow('instruct.module: the prompt "" has no tokens')
    await writer.close()
  })

  it('changes no draw where it writes no prompts', async () => {
    const { engine, asked } = scriptedEngine('1. x?$')
    const reader = await module('export const parse = () => []')
    await propose(context(engine, reader))
    await propose(context(engine, null))
    expect(asked[1]).toEqual(asked[0])
    await reader.close()
  })

  it.each([
    [
      'prompt = () => 5',
      /must return a text or a list of \{role, content\}; in prompt\(\) of step 3, round 1 it returned 5/,
    ],
    ['prompt = () => []', /it returned \[\]/],
    ['prompt = () => [{ role: "user" }]', /it returned \[\{"role":"user"\}\]/],
    [
      'prompt = () => { throw new Error("no idea") }',
      /the instruct module .*own\.mjs failed in prompt\(\) of step 3, round 1: no idea/,
    ],
    ['parse = () => "What?"', /must return a list of questions as texts; in parse\(\) of ".*" it returned "What\?"/],
    ['parse = () => [1]', /it returned \[1\]/],
    ['parse = () => { for (;;) {} }', /failed in parse\(\) of ".*": it took longer than 300 ms/],
  ])('%s ends the run', async (text, message) => {
    const writer = await module(`export const ${text}`, 300)
    const failed = propose(context(scriptedEngine('1. x?$').engine, writer))
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toThrow(UserError)
    await writer.close()
  })

  it('is refused when it is missing or exports neither function', async () => {
    const none = openQuestionWriter({ module: '/nowhere/own.mjs', moduleLimitMs: 1 })
    await expect(none).rejects.toThrow(/instruct\.module: there is no file \/nowhere\/own\.mjs/)
    await expect(module('export const filter = 1')).rejects.toThrow(
      /does not export a function prompt\(.*\) or parse\(\{continuation\}\)/,
    )
    expect(await openQuestionWriter(defaultInstructConfig)).toBeNull()
  })
})
