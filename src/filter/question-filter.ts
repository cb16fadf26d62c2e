import type { FilterConfig } from '../config/filter-config.ts'
import { UserError } from '../errors.ts'
import { counted } from '../log/counted.ts'
import { openUserModule } from '../user-module/open-module.ts'
import { quoted, shownValue } from '../user-module/shown-value.ts'
import type { ModuleReason } from './rules.ts'

/** A new question as a user's filter sees it: it has passed the rules, and ROUGE-L with all that was there before. */
export interface FilteredQuestion {
  readonly text: string
  readonly rougeL: number // highest ROUGE-L F to a seed, a kept question, or one accepted in an earlier round
  readonly nearest: string | null // the text with that score; null: nothing shares a word
}

/** A user's own filter, from filter.module. */
export interface QuestionFilter {
  /**
   * @returns [n] why a question is rejected; null: accepted
   * @throws UserError where the module throws, takes too long, or returns anything but n verdicts
   */
  judge(questions: readonly FilteredQuestion[]): Promise<(ModuleReason | null)[]>
  close(): Promise<void>
}

/**
 * Opens a JavaScript module that exports filter({questions}), in its own thread.
 * @param setting that names the file, for messages
 * @returns null: none is set
 * @throws UserError when the file is missing, does not load, or exports no such function
 */
export async function openQuestionFilter(
  { module: path, moduleLimitMs }: Pick<FilterConfig, 'module' | 'moduleLimitMs'>,
  setting = 'filter.module',
): Promise<QuestionFilter | null> {
  if (path === null) return null
  const module = await openUserModule(path, {
    setting,
    kind: 'filter module',
    functions: { filter: 'filter({questions})' },
    limitMs: moduleLimitMs,
  })
  return {
    judge: async (questions) => {
      if (questions.length === 0) return []
      const about = `on ${counted(questions.length, 'question')} from ${quoted(questions[0]!.text)} on`
      const value = await module.call('filter', { questions }, about)
      if (Array.isArray(value) && value.length === questions.length && value.every(isVerdict))
        return value.map(reasonOf)
      throw new UserError(
        `the filter module ${path} must return ${counted(questions.length, 'verdict')}, one per question: true, false, or a text ` +
          `that says why it is rejected; ${about} it returned ${shownValue(value)}`,
      )
    },
    close: module.close,
  }
}

type Verdict = boolean | string

const isVerdict = (value: unknown): value is Verdict => typeof value === 'boolean' || typeof value === 'string'

/** On one line, as it is logged. */
function reasonOf(verdict: Verdict): ModuleReason | null {
  if (verdict === true) return null
  const reason = verdict === false ? '' : verdict.replace(/\s+/g, ' ').trim()
  return reason === '' ? 'module' : `module: ${reason}`
}
