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
import { fewShotTokens, usesChat } from './prompt.ts'
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
 * @throws UserError where not even one example fits the context
 */
export async function propose(context: ProposeContext): Promise<Proposed> {
  const { config, engine, random, eosTokenIds } = context
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
    const isCut = completions.finishReasons[row] !== FinishReason.stop
    const tokens = completions.tokens.subarray(completions.offsets[row], completions.offsets[row + 1])
    const { opening, examples } = built[prompt]!
    const text = opening + context.tokenizer.decode(tokens)
    for (const question of parseQuestions(text, isCut)) {
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
    built.push(buildPrompt(context))
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
  'config' | 'tokenizer' | 'seeds' | 'pool' | 'yields' | 'random' | 'maxPositions'
>

/**
 * One prompt: examples as chooseExamples draws them, the longest left out one by one until it fits with maxNewTokens.
 * @throws UserError where not even the shortest fits
 */
export function buildPrompt(context: PromptContext): BuiltPrompt {
  const { config, tokenizer, seeds, pool, yields, random, maxPositions } = context
  const examples = chooseExamples(config, seeds, pool, random, yields)
  const room = maxPositions - config.maxNewTokens
  for (let dropped = 0; dropped < examples.length; dropped++) {
    const shown = withoutLongest(examples, dropped)
    const texts = shown.map(({ text }) => text)
    const tokens = fewShotTokens(config, texts, tokenizer)
    if (tokens.length > room) continue
    const opening = usesChat(config.template, tokenizer) ? '' : `${shown.length + 1}.`
    return { tokens, opening, examples: shown.map(({ id }) => id), dropped }
  }
  throw new UserError(
    `no example fits a prompt for new questions: the model has ${maxPositions} positions, of which ` +
      `instruct.maxNewTokens takes ${config.maxNewTokens}; lower instruct.maxNewTokens, or use shorter seed questions`,
  )
}

/** In the order they had. */
function withoutLongest(examples: readonly Question[], count: number): Question[] {
  const length = (i: number): number => examples[i]!.text.length
  const byLength = examples.map((_, i) => i).sort((a, b) => length(b) - length(a) || b - a)
  const left = new Set(byLength.slice(0, count))
  return examples.filter((_, i) => !left.has(i))
}
