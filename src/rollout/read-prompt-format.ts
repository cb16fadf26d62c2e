import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { readJsonl } from '../jsonl.ts'
import type { PromptExample, PromptFormat } from './prompt.ts'

/**
 * As the settings say, with the file of examples read.
 * @throws UserError naming the file and line
 */
export async function readPromptFormat(rollout: Config['rollout']): Promise<PromptFormat> {
  const { template, prompt, suffix, system, specialTokens, examples: path } = rollout
  const examples = path === null ? [] : await readPromptExamples(path)
  return { template, prompt, suffix, system, specialTokens, examples }
}

/** Worked examples: {"question", "response"} per line. */
async function readPromptExamples(path: string): Promise<PromptExample[]> {
  const lines = await readJsonl(path)
  return lines.map(({ line, value }) => {
    const { question, response } = (value ?? {}) as Record<string, unknown>
    if (typeof question === 'string' && typeof response === 'string') return { question, response }
    throw new UserError(`${path}:${line}: expected {"question": "...", "response": "..."}`)
  })
}
