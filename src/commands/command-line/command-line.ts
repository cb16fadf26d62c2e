import { type Command, Option } from 'commander'
import { otherOption } from '../../config/other-names.ts'

/** A command's name and flags. Does not load its implementation. */
export interface CommandLine<Flags> {
  readonly name: string
  readonly description: string
  readonly operand?: { readonly name: string; readonly help?: string } // [optional], <required> or <several...>
  readonly flags: FlagTable<Flags>
}

/**
 * One option for each flag that a command reads; the compiler checks that the two agree. A flag's name is
 * its key: maxNewTokens is --max-new-tokens. Help lists them in this order.
 */
export type FlagTable<Flags> = {
  readonly [Key in keyof Flags]-?: Described & Read<NonNullable<Flags[Key]>> & Presence<Flags, Key>
}

interface Described {
  readonly help: string
  readonly group?: string // heading in the help; default: the command's own options
}

/** How the text behind a flag becomes its value; a boolean has none. */
type Read<T> = [T] extends [boolean]
  ? unknown
  : [string] extends [T]
    ? { readonly value: string; readonly parse?: (text: string) => string }
    : [T] extends [readonly string[]]
      ? { readonly value: `<${string}...>` } | Parsed<T>
      : Parsed<T>

interface Parsed<T> {
  readonly value: string // "<file>", for the help
  readonly parse: (text: string, earlier: T) => T
}

/** A flag that a command requires is mandatory or has a default. */
type Presence<Flags, Key extends keyof Flags> =
  object extends Pick<Flags, Key> ? unknown : { readonly default: Flags[Key] } | { readonly required: true }

/** A flag of any command's table. */
interface AnyFlag extends Described {
  readonly value?: string
  readonly parse?: (text: string, earlier: unknown) => unknown
  readonly default?: unknown
  readonly required?: true
}

/**
 * Adds a command to a program.
 * @param run loads and runs it; `operands` as they were typed
 */
export function addCommand<Flags>(
  program: Command,
  { name, description, operand, flags }: CommandLine<Flags>,
  run: (flags: NoInfer<Flags>, operands: readonly string[]) => Promise<void>,
): void {
  const command = program.command(name).description(description)
  if (operand !== undefined) command.argument(operand.name, operand.help)
  for (const [key, flag] of Object.entries<AnyFlag>(flags)) command.addOption(optionOf(key, flag))
  const own = command.options.map((option) => option.long!)
  command.configureOutput({ outputError: (text, write) => write(withAdvice(text, own)) })
  command.action(() => run(command.opts() as Flags, command.args))
}

/** Puts what an option of another program is called here in the place of a guess by its letters. */
function withAdvice(text: string, own: readonly string[]): string {
  const option = /unknown option '(--[^'=]+)/.exec(text)?.[1]
  const advice = option === undefined ? null : otherOption(option, own, own.includes('--set'))
  return advice === null ? text : `${text.trimEnd().replace(/\n\(Did you mean [^\n]*$/, '')}\n${advice}\n`
}

function optionOf(key: string, flag: AnyFlag): Option {
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const option = new Option(flag.value === undefined ? name : `${name} ${flag.value}`, flag.help)
  if (flag.parse !== undefined) option.argParser(flag.parse)
  if (flag.default !== undefined) option.default(flag.default)
  if (flag.group !== undefined) option.helpGroup(flag.group)
  return option.makeOptionMandatory(flag.required === true)
}
