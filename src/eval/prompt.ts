import type { Tokenizer } from '../model/tokenizer.ts'
import { type PromptFormat, promptTokens } from '../rollout/prompt.ts'
import type { Example } from './adapter.ts'

/** How questions of an evaluation are asked. */
export interface EvalFormat extends PromptFormat {
  readonly fewShot: readonly Example[] // of the set, shown before the question
}

/** Where a response to plain-text examples starts another question. */
const nextQuestion = /\n\s*Question:/

/**
 * A question as the model sees it: examples as earlier turns of the chat where there is a template, else as
 * "Question: ...", "Answer: ..." above it.
 * @returns [P] tokens, special tokens included
 */
export function evalPrompt(tokenizer: Tokenizer, question: string, format: EvalFormat): Int32Array {
  const { fewShot: examples, template, suffix } = format
  if (examples.length === 0) return promptTokens(tokenizer, question, format)
  if (template === 'none' || (template === 'auto' && !tokenizer.hasChatTemplate)) {
    const shown = examples.map((example) => `Question: ${example.question}${suffix}\nAnswer: ${example.response}\n\n`)
    return tokenizer.encode(`${shown.join('')}Question: ${question}${suffix}\nAnswer:`)
  }
  const turns = examples.flatMap((example) => [
    { role: 'user', content: example.question + suffix },
    { role: 'assistant', content: example.response },
  ])
  return tokenizer.chat([...turns, { role: 'user', content: question + suffix }], { addGenerationPrompt: true })
}

/** The part of a response that answers: a model without an end of turn may continue with an invented question. */
export const answeringPart = (text: string, { fewShot }: EvalFormat): string =>
  fewShot.length === 0 ? text : text.split(nextQuestion)[0]!
