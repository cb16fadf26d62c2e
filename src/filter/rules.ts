import type { FilterConfig } from '../config/filter-config.ts'

/** Why a question was rejected. */
export type Reason =
  | 'empty' // no text
  | 'too-short' // fewer words than minWords
  | 'too-long' // more words than maxWords
  | 'blacklisted-word'
  | 'programming' // begins with "Write a program", in any case
  | 'leading-punctuation'
  | 'non-ascii-start'
  | 'has-answer' // brings its own answer, which the prompt would then contain
  | 'duplicate' // the same text, ignoring case and white space
  | 'similar' // ROUGE-L above rougeMax
  | ModuleReason

/** The user's own filter rejected it (filter.module), with its reason where it gave one. */
export type ModuleReason = 'module' | `module: ${string}`

/** What rejections are counted by: those of a module together, whatever their reasons. */
export type ReasonKind = Exclude<Reason, `module: ${string}`>

export const reasonKind = (reason: Reason): ReasonKind => (isOfModule(reason) ? 'module' : reason)

const isOfModule = (reason: Reason): reason is ModuleReason => reason.startsWith('module')

export type RuleConfig = Omit<FilterConfig, 'rougeMax' | 'module' | 'moduleLimitMs'>

/** The first rule that a text breaks, or null. */
export type Rules = (text: string) => Reason | null

// Python's string.punctuation, which the reference checks against
const punctuation = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')

// "Answer: 11", "**Solution**: ...", "the answer is 11", "\boxed{11}"; not "the answer is a fraction", nor "\boxed{}"
const ownAnswer =
  /(?<![\p{L}\p{N}])(?:answer|ans|solution|explanation|hint)\s*\**\s*:(?!\s*$)|\banswer\s+(?:is|=)\s*\**\s*[-$\\(]*\d|\\boxed\{\s*[^}\s]/iu

/** Makes the rules of a configuration, in the reference's order; words are what white space separates. */
export function createRules(config: RuleConfig): Rules {
  const blacklisted = wholeWords(config.blacklist)
  return (text) => {
    const trimmed = text.trim()
    if (trimmed === '') return 'empty'
    const words = trimmed.split(/\s+/).length
    if (words < config.minWords) return 'too-short'
    if (words > config.maxWords) return 'too-long'
    if (blacklisted?.test(trimmed)) return 'blacklisted-word'
    if (/^write a program/i.test(trimmed)) return 'programming'
    if (punctuation.has(trimmed[0]!)) return 'leading-punctuation'
    if (trimmed.charCodeAt(0) > 127) return 'non-ascii-start'
    if (ownAnswer.test(trimmed)) return 'has-answer'
    return null
  }
}

/** Matches any of the phrases where no letter, digit or underscore touches it; null for none. */
function wholeWords(phrases: readonly string[]): RegExp | null {
  if (phrases.length === 0) return null
  const escaped = phrases.map((phrase) =>
    phrase
      .trim()
      .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
      .replace(/\s+/g, '\\s+'),
  )
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped.join('|')})(?![\\p{L}\\p{N}_])`, 'iu')
}
