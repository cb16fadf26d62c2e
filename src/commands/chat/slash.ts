import { InvalidArgumentError } from 'commander'
import type { ReplySampling } from '../../chat/reply.ts'
import { UserError } from '../../errors.ts'
import { engineFlags } from '../command-line/engine-flags.ts'
import { chatLine } from './flags.ts'

/** What a line of input asks for. */
export type Said =
  | { readonly kind: 'question'; readonly text: string }
  | { readonly kind: 'nothing' | 'help' | 'template' | 'reset' | 'quit' }
  | { readonly kind: 'system'; readonly text: string | null } // null: show it
  | { readonly kind: 'set'; readonly change: Partial<ReplySampling> | null } // null: show all

export const helpText = `/system TEXT        sets the system text; /system off removes it; /system shows it
/set NAME VALUE     sets temperature, top-p, presence-penalty, max-new-tokens or seed; /set shows them
/template           shows the prompt as it was sent last
/reset              forgets the conversation
/help               shows this
/quit               ends (or Ctrl-D); Ctrl-C stops an answer
A question that begins with / is written with two: //.`

const plain = ['help', 'template', 'reset', 'quit'] as const

/**
 * Reads a line.
 * @throws UserError for a command that does not exist, or a value that is not allowed
 */
export function readLine(line: string): Said {
  const text = line.trim()
  if (text === '') return { kind: 'nothing' }
  if (text.startsWith('//')) return { kind: 'question', text: text.slice(1) }
  if (!text.startsWith('/')) return { kind: 'question', text }
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/s.exec(text)!
  const word = plain.find((known) => known === name)
  if (word !== undefined) return { kind: word }
  if (name === 'system') return { kind: 'system', text: rest === '' ? null : rest === 'off' ? '' : rest }
  if (name === 'set') return { kind: 'set', change: rest === '' ? null : readSetting(rest) }
  throw new UserError(
    `there is no /${name}: /help lists the commands; a question that begins with / is written with two`,
  )
}

const settings = {
  temperature: ['temperature', chatLine.flags.temperature.parse],
  'top-p': ['topP', chatLine.flags.topP.parse],
  'presence-penalty': ['presencePenalty', chatLine.flags.presencePenalty.parse],
  'max-new-tokens': ['maxNewTokens', chatLine.flags.maxNewTokens.parse],
  seed: ['seed', engineFlags.seed.parse],
} as const

function readSetting(text: string): Partial<ReplySampling> {
  const [name = '', value = ''] = text.split(/[\s=]+/)
  const known = Object.entries(settings).find(([setting]) => setting === name)
  if (known === undefined) throw new UserError(`/set ${name}: the settings are ${Object.keys(settings).join(', ')}`)
  const [key, parse] = known[1]
  try {
    return { [key]: parse(value, 0) }
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new UserError(`/set ${name} ${value}: ${error.message}`, { cause: error })
  }
}

/** "temperature 0.7, top-p 1, ...". */
export const settingsText = (sampling: ReplySampling): string =>
  Object.entries(settings)
    .map(([name, [key]]) => `${name} ${sampling[key]}`)
    .join(', ')
