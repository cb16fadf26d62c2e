import { UserError } from '../errors.ts'
import type { EvalItem, EvalSet } from '../eval/eval-set.ts'
import { choicesHeading } from '../eval/read-choices.ts'
import { type AnswerContext, sampleSet } from '../eval/sample-set.ts'
import type { EvalModel, EvalSettings } from '../eval/settings.ts'
import { promptTokens } from '../rollout/prompt.ts'
import { type ContinuationMatch, compareContinuation } from './compare.ts'
import { type CutQuestion, countWords, cutQuestion } from './cut.ts'

/** The partial-prompt test (Wu et al. 2025, "Reasoning or Memorization?", arXiv 2507.10532). */
export interface PartialPromptTest {
  readonly share: number // of a question's characters that the model sees, in (0, 1)
  readonly minWords: number // in the rest: a shorter one can be guessed, and is not tested
}

/** A question and what the model made of its first part. */
export interface TestedItem extends CutQuestion {
  readonly item: EvalItem
  readonly words: number // in the rest
  readonly continuation: string | null // null: the rest is too short, not tested
  readonly match: ContinuationMatch | null
}

/** A question of a set, ready to be continued. */
interface Asked {
  readonly index: number // in the set
  readonly prompt: Int32Array // [P]
  readonly newTokens: number
}

/** Cuts every question of a set. */
export const cutSet = (set: EvalSet, { share, minWords }: PartialPromptTest): (CutQuestion & { isTested: boolean })[] =>
  set.items.map((item) => {
    const cut = cutQuestion(ownText(item), share)
    return { ...cut, isTested: cut.given !== '' && countWords(cut.rest) >= minWords }
  })

/** Choices that the question does not list itself are written by serl eval, and no model has seen them so. */
function ownText({ problem, choices }: EvalItem): string {
  const end = choices === 0 ? -1 : problem.lastIndexOf(choicesHeading)
  return end < 0 ? problem : problem.slice(0, end)
}

/**
 * Lets the model continue the first part of every question greedily, as raw text, and compares. Continuations are kept in the
 * cache of `serl eval`.
 * @returns [items]; null where it was stopped
 * @throws UserError naming the first question that does not fit the model
 */
export async function continueSet(
  model: EvalModel,
  set: EvalSet,
  test: PartialPromptTest,
  context: AnswerContext,
): Promise<TestedItem[] | null> {
  const cuts = cutSet(set, test)
  const asked = cuts.flatMap((cut, index) => (cut.isTested ? [askedOf(model, set, cut, index)] : []))
  const continuations = new Map<number, string>()
  for (const [newTokens, group] of byLength(asked)) {
    const prompted = {
      // a file of its own in the cache: these are no answers
      set: { ...set, name: `${set.name}-continuations` },
      prompts: group.map(({ prompt }) => prompt),
    }
    const before = continuations.size
    const onProgress = (done: number): void => context.onProgress(before + done, asked.length)
    const responses = await sampleSet(model, prompted, greedy(newTokens), { ...context, onProgress })
    if (responses === null) return null
    for (const [i, { index }] of group.entries()) continuations.set(index, responses[i]![0]!.text)
  }
  return cuts.map(({ given, rest }, i) => {
    const continuation = continuations.get(i) ?? null
    const match = continuation === null ? null : compareContinuation(continuation, rest)
    return { item: set.items[i]!, given, rest, words: countWords(rest), continuation, match }
  })
}

// more than the rest's own tokens: a model may split it otherwise, and what follows shows where its last word ends
const extraTokens = 8
const tokensPerStep = 32 // questions whose limits round up to the same are continued together

function askedOf({ tokenizer, maxPositions }: EvalModel, set: EvalSet, cut: CutQuestion, index: number): Asked {
  const prompt = promptTokens(tokenizer, cut.given, { template: 'none', suffix: '' })
  const needed = tokenizer.encodePlain(cut.rest).length + extraTokens
  const newTokens = Math.ceil(needed / tokensPerStep) * tokensPerStep
  if (prompt.length + newTokens <= maxPositions) return { index, prompt, newTokens }
  throw new UserError(
    `${set.source}:${set.items[index]!.line}: the first part of the question has ${prompt.length} tokens, and with ` +
      `${newTokens} for the rest it exceeds the model's ${maxPositions} positions: leave it out`,
  )
}

function byLength(asked: readonly Asked[]): (readonly [number, readonly Asked[]])[] {
  const lengths = [...new Set(asked.map(({ newTokens }) => newTokens))].sort((a, b) => a - b)
  return lengths.map((length) => [length, asked.filter(({ newTokens }) => newTokens === length)])
}

const greedy = (maxNewTokens: number): EvalSettings => ({
  samples: 1,
  temperature: 0,
  topP: 1,
  presencePenalty: 0,
  maxNewTokens,
  seed: 0,
  template: 'none',
  suffix: '',
  fewShot: 0,
})
