// argv -> a command.
import { Command, CommanderError, Help, type Option } from 'commander'
import { addCommands } from './commands/commands.ts'
import { nearest } from './config/nearest.ts'
import { isUserError, SerlError, UserError } from './errors.ts'
import { fileErrorText, isFileError } from './file-errors.ts'
import { version } from './version.ts'

const helpText = new Help()

/** An option's description, with its default if there is one, and whether it is required. */
function describeOption(option: Option): string {
  const isEmpty = option.defaultValue === '' || (Array.isArray(option.defaultValue) && option.defaultValue.length === 0)
  const described = isEmpty ? option.description : helpText.optionDescription(option)
  return option.mandatory ? `${described} (required)` : described
}

/** The whole command line; `done` gets the exit code of the command that ran. */
export function buildProgram(done: (code: number) => void): Command {
  const program = new Command('serl')
    .description('Self-play reinforcement learning of language models from a few seed questions and no labels')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(use --help for usage)')
    .configureHelp({ optionDescription: describeOption }) // subcommands inherit it
  addCommands(program, done)
  return program
}

/**
 * Runs a command line.
 * @param argv without node and script
 * @returns the exit code: 0 done, 1 a bug, 2 what the user can correct, 130 stopped by Ctrl-C, SIGTERM or SIGHUP
 */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0
  const program = buildProgram((exit) => {
    code = exit
  })
  try {
    const unknown = unknownCommand(program, argv)
    if (unknown !== null) throw new UserError(unknown)
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    return explain(error)
  }
}

/** What is wrong with the command's name, also where help was asked for; null: nothing. */
function unknownCommand({ commands }: Command, [first, second]: readonly string[]): string | null {
  const name = first === 'help' ? second : first
  const names = commands.map((command) => command.name())
  if (name === undefined || name.startsWith('-') || name === 'help' || names.includes(name)) return null
  const guess = nearest(name, names)
  return `unknown command '${name}'; ${guess === null ? `the commands are ${names.join(', ')}` : `did you mean ${guess}?`}`
}

const memoryAdvice =
  'Memory ran out. Free some, or use less: fewer tokens computed at a time, a key-value cache of another size, activation checkpointing, a smaller model. docs/troubleshooting.md lists the settings.'

const cacheAdvice =
  'The key-value cache is too small, not the memory: raise model.kvCacheGiB (in a run whose config.yaml has it, with --set), or ask for fewer new tokens.'

/** Prints the error; with a stack only if it is a bug. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // commander has said it already
  if (error instanceof SerlError && isUserError(error.code)) {
    const advice =
      error.code === 'OUT_OF_MEMORY'
        ? `\n${error.message.includes('KV cache budget') ? cacheAdvice : memoryAdvice}`
        : ''
    process.stderr.write(`serl: ${error.message}${advice}\n`)
    return 2
  }
  if (isFileError(error)) {
    process.stderr.write(`serl: ${fileErrorText(error)}\n`)
    return 2
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`serl: internal error: ${text}\n`)
  return 1
}
