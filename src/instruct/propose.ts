import { UserError } from '../errors.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { FinishReason, type NativeEngine, type ProgressFn } from '../native/types.ts'
import type { Random } from '../random.ts'
import type { Instruction } from '../rollout/group.ts'
import { packTokens } from '../rollout/pack.ts'
import type { InstructConfig } from './config.ts'
import { parseQuestions } from './parse.ts'
import type { Pool } from './pool.ts'
import { chooseExamples, fewShotTokens, usesChat } from './prompt.ts'

/** A question as the model proposed it, before any filter. */
export interface Proposal extends Instruction {
  readonly source: 'self'
  readonly prompt: number // which prompt of the round, from 0
  readonly sample: number // which continuation of it, from 0
}

export interface ProposeContext {
  readonly engine: Pick<NativeEngine, 'generate'>
  readonly tokenizer: Tokenizer
  readonly config: InstructConfig
  readonly seeds: readonly Instruction[]
  readonly pool: Pool
  /** Keyed by run, step and round: the same key proposes the same again. */
  readonly random: Random
  readonly eosTokenIds: readonly number[]
  /** The model's context length: examples are left out of a prompt until it fits with maxNewTokens. */
  readonly maxPositions: number
  readonly step: number
  /** Of this step, from 0; part of the proposals' ids. */
  readonly round: number
  readonly onProgress?: ProgressFn
}

export interface Proposed {
  readonly proposals: readonly Proposal[]
  readonly promptTokens: number
  readonly newTokens: number
  /** Examples left out because prompts were too long. */
  readonly examplesDropped: number
  /** Continuations that the token limit ended: their last item was dropped. */
  readonly cutOff: number
}

/**
 * One round of self-instruction (SeRL, arXiv 2505.20347, section "online instruction expansion"): few-shot prompts
 * from seeds and kept questions, sampled continuations, the questions read off their numbered lists.
 * @throws UserError where not even one example fits the context
 */
export async function propose(context: ProposeContext): Promise<Proposed> {
  const { config, engine, random, eosTokenIds } = context
  const built = Array.from({ length: config.promptsPerRound }, () => buildPrompt(context))
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
  let cutOff = 0
  for (let row = 0; row < rows; row++) {
    const prompt = Math.floor(row / config.samplesPerPrompt)
    const isCut = completions.finishReasons[row] !== FinishReason.stop
    cutOff += Number(isCut)
    const tokens = completions.tokens.subarray(completions.offsets[row], completions.offsets[row + 1])
    const text = built[prompt]!.opening + context.tokenizer.decode(tokens)
    for (const question of parseQuestions(text, isCut)) {
      const id = `step${context.step}-${context.round}-${proposals.length}`
      proposals.push({ id, text: question, source: 'self', prompt, sample: row % config.samplesPerPrompt })
    }
  }
  return {
    proposals,
    promptTokens: prompts.tokens.length,
    newTokens: completions.tokens.length,
    examplesDropped: built.reduce((sum, prompt) => sum + prompt.dropped, 0),
    cutOff,
  }
}

interface BuiltPrompt {
  readonly tokens: Int32Array // [T]
  /** Text that the continuation is read behind: the number that a plain prompt ends in. */
  readonly opening: string
  readonly dropped: number
}

function buildPrompt(context: ProposeContext): BuiltPrompt {
  const { config, tokenizer, maxPositions } = context
  const examples = chooseExamples(config, context.seeds, context.pool, context.random)
  const room = maxPositions - config.maxNewTokens
  for (let shown = examples.length; shown > 0; shown--) {
    const tokens = fewShotTokens(config, examples.slice(0, shown), tokenizer)
    if (tokens.length > room) continue
    const opening = usesChat(config.template, tokenizer) ? '' : `${shown + 1}.`
    return { tokens, opening, dropped: examples.length - shown }
  }
  throw new UserError(
    `no example fits a prompt for new questions: the model has ${maxPositions} positions, of which ` +
      `maxNewTokens takes ${config.maxNewTokens}; lower instruct.maxNewTokens, or use shorter seed questions`,
  )
}
