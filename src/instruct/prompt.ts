import type { InstructConfig } from '../config/instruct-config.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { chatTokens } from '../rollout/prompt.ts'
import { oneLine } from './parse.ts'

export type PromptConfig = Pick<InstructConfig, 'system' | 'header' | 'template'>

/** The header, the examples as a numbered list of one line each, and the next number: "...\n8. ...\n9." */
export function listText(header: string, examples: readonly string[]): string {
  const items = examples.map((example, i) => `${i + 1}. ${oneLine(example)}`)
  return [header, ...items, `${examples.length + 1}.`].join('\n')
}

/** Is the list shown through the checkpoint's chat template? */
export function usesChat(template: InstructConfig['template'], tokenizer: Pick<Tokenizer, 'hasChatTemplate'>): boolean {
  return template === 'chat' || (template === 'auto' && tokenizer.hasChatTemplate)
}

/**
 * Token ids of a few-shot prompt. With a chat template: system text, and the list as the user's turn; without, the
 * list alone, which the model continues.
 * @throws UserError where the template is asked for and missing, or fails
 */
export function fewShotTokens(config: PromptConfig, examples: readonly string[], tokenizer: Tokenizer): Int32Array {
  const list = listText(config.header, examples)
  if (!usesChat(config.template, tokenizer)) return tokenizer.encode(list)
  const system = oneLine(config.system) === '' ? '' : config.system
  return chatTokens(tokenizer, system, [{ role: 'user', content: list }])
}
