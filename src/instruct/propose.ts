import type { InstructConfig } from '../config/instruct-config.ts'
import { UserError } from '../errors.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { FinishReason, type NativeEngine, type ProgressFn } from '../native/types.ts'
import type { Random } from '../random.ts'
import type { Question } from '../rollout/group.ts'
import { packTokens } from '../rollout/pack.ts'
import { chooseExamples } from './choose-examples.ts'
import { parseQuestions } from './parse.ts'
import type { Pool } from './pool.ts'
import { fewShotPrompt, ownPrompt } from './prompt.ts'
import type { QuestionWriter, Reply } from './question-writer.ts'
import type { Yields } from './yields.ts'

/** A question as the model proposed it, before any filter. */
export interface Proposal extends Question {
  readonly source: 'self'
  readonly examples: readonly string[] // ids of those in its prompt, in their order
}

export interface ProposeContext {
  readonly engine: Pick<NativeEngine, 'generate'>
  readonly tokenizer: Tokenizer
  readonly config: InstructConfig
  readonly seeds: readonly Question[]
  readonly pool: Pool
  /** What the examples gave so far, for config.choose thompson; default: nothing is known. */
  readonly yields?: Yields
  /** Keyed by run, step and round: the same key proposes the same again. */
  readonly random: Random
  readonly eosTokenIds: readonly number[]
  /** The model's context length: examples are left out of a prompt until it fits with maxNewTokens. */
  readonly maxPositions: number
  readonly step: number
  /** Of this step, from 0; part of the proposals' ids. */
  readonly round: number
  /** The user's own prompts and reading; default none. */
  readonly writer?: QuestionWriter | null
  readonly onProgress?: ProgressFn
  readonly signal?: AbortSignal // aborted: propose nothing
}

export interface Proposed {
  readonly proposals: readonly Proposal[]
  readonly newTokens: number
  /** Examples left out because prompts were too long. */
  readonly examplesDropped: number
}

/**
 * One round of self-instruction (SeRL, arXiv 2505.20347, section "online instruction expansion"): few-shot prompts
 * from seeds and kept questions, sampled continuations, the questions read off their numbered lists.
 * @throws UserError where not even one example fits the context, or the user's module fails
 */
export async function propose(context: ProposeContext): Promise<Proposed> {
  const { config, engine, random, eosTokenIds, tokenizer } = context
  const parse = context.writer?.parse ?? (async (reply: Reply) => parseQuestions(reply.continuation, reply.cutOff))
  const built = await buildPrompts(context)
  if (context.signal?.aborted) return { proposals: [], newTokens: 0, examplesDropped: 0 }
  const prompts = packTokens(built.map((prompt) => prompt.tokens))
  const rows = built.length * config.samplesPerPrompt
  const completions = await engine.generate(
    prompts,
    {
      samplesPerPrompt: config.samplesPerPrompt,
      maxNewTokens: config.maxNewTokens,
      temperature: config.temperature,
      topP: config.topP,
      presencePenalty: config.presencePenalty,
      stopTokens: Int32Array.from(eosTokenIds), // [eos ids]
      seeds: Uint32Array.from({ length: rows }, random.uint32), // [rows]
    },
    context.onProgress,
  )
  const proposals: Proposal[] = []
  for (let row = 0; row < rows; row++) {
    const prompt = Math.floor(row / config.samplesPerPrompt)
    const cutOff = completions.finishReasons[row] !== FinishReason.stop
    const tokens = completions.tokens.subarray(completions.offsets[row], completions.offsets[row + 1])
    const { opening, examples } = built[prompt]!
    const continuation = opening + tokenizer.decode(tokens)
    for (const question of await parse({ continuation, cutOff })) {
      const id = `step${context.step}-${context.round}-${proposals.length}`
      proposals.push({ id, text: question, source: 'self', examples })
    }
  }
  return {
    proposals,
    newTokens: completions.tokens.length,
    examplesDropped: built.reduce((sum, prompt) => sum + prompt.dropped, 0),
  }
}

/** The prompts of a round; thousands take seconds, and Ctrl-C must be heard meanwhile. */
async function buildPrompts(context: ProposeContext): Promise<BuiltPrompt[]> {
  const built: BuiltPrompt[] = []
  let heardAt = performance.now()
  while (built.length < context.config.promptsPerRound && !context.signal?.aborted) {
    built.push(await buildPrompt(context))
    if (performance.now() - heardAt < 50) continue
    await new Promise((done) => setImmediate(done))
    heardAt = performance.now()
  }
  return built
}

/** A few-shot prompt that fits the model. */
export interface BuiltPrompt {
  readonly tokens: Int32Array // [T]
  /** Text that the continuation is read behind: the number that a plain prompt ends in. */
  readonly opening: string
  readonly examples: readonly string[] // ids of those shown, in their order
  readonly dropped: number // examples left out
}

type PromptContext = Pick<
  ProposeContext,
  'config' | 'tokenizer' | 'seeds' | 'pool' | 'yields' | 'random' | 'maxPositions' | 'step' | 'round' | 'writer'
>

/**
 * One prompt: examples as chooseExamples draws them, the longest left out one by one until it fits with maxNewTokens.
 * @throws UserError where not even the shortest fits, or the user's module fails
 */
export async function buildPrompt(context: PromptContext): Promise<BuiltPrompt> {
  const { config, tokenizer, seeds, pool, yields, random, maxPositions, step, round } = context
  const examples = chooseExamples(config, seeds, pool, random, yields)
  const own = context.writer?.prompt ?? null
  const seed = own === null ? 0 : random.uint32() // without a module, runs draw what they always drew
  const room = maxPositions - config.maxNewTokens
  for (let dropped = 0; dropped < examples.length; dropped++) {
    const shown = withoutLongest(examples, dropped)
    const texts = shown.map(({ text }) => text)
    const prompt =
      own === null
        ? fewShotPrompt(config, texts, tokenizer)
        : ownPrompt(await own({ examples: texts, step, round, seed }), tokenizer)
    if (prompt.tokens.length <= room) return { ...prompt, examples: shown.map(({ id }) => id), dropped }
  }
  const shorter =
    own === null
      ? 'use shorter seed questions'
      : 'write shorter prompts, or with fewer of the examples (instruct.module)'
  throw new UserError(
    `no example fits a prompt for new questions: the model has ${maxPositions} positions, of which ` +
      `instruct.maxNewTokens takes ${config.maxNewTokens}; lower instruct.maxNewTokens, or ${shorter}`,
  )
}

/** In the order they had. */
function withoutLongest(examples: readonly Question[], count: number): Question[] {
  const length = (i: number): number => examples[i]!.text.length
  const byLength = examples.map((_, i) => i).sort((a, b) => length(b) - length(a) || b - a)
  const left = new Set(byLength.slice(0, count))
  return examples.filter((_, i) => !left.has(i))
}
