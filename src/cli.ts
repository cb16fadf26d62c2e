// argv -> a command. Commands are loaded when they are called: `serl --help` must not wait for anything.
import { Command, CommanderError, Help, type Option } from 'commander'
import { addEvalFlags } from './commands/eval-flags.ts'
import { addEngineFlags, collect, integer, number } from './commands/flags.ts'
import { SerlError } from './errors.ts'
import { version } from './version.ts'

/** What a command says of how it ended: 0 done, 130 stopped by Ctrl-C. */
type Action = (...args: never[]) => Promise<number>

/** Makes commander's action of a command's. */
type Act = (action: Action) => (...args: unknown[]) => Promise<void>

const helpText = new Help()

const tokensHelp = 'tokens computed at a time (default: 8192; on the CPU 1024, more where prompts are long)'
const traceHelp = 'JSON: where the time goes, to be opened in ui.perfetto.dev'

/** What an option is for, with its default where that says something, and whether there is a way without it. */
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
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ optionDescription: describeOption }) // subcommands inherit it
  const act: Act =
    (action) =>
    async (...args) =>
      done(await action(...(args as never[])))

  addEngineFlags(
    program
      .command('train')
      .argument('[config]', 'a preset (demo, cpu-100m, ...; README.md tells them) or a YAML file of settings')
      .description('train by self-play; without arguments, the built-in demonstration')
      .option('--model <folder>', 'HuggingFace checkpoint')
      .option('--seeds <file>', 'seed questions, JSONL')
      .option('--out <folder>', 'where the run goes (default: runs/NAME-N)')
      .option('--steps <n>', 'training steps of an iteration (train.steps)', integer(1))
      .option('--set <group.key=value>', 'any setting of the config; may be repeated', collect, [])
      .option('--resume', 'go on with the run in --out from its newest checkpoint')
      .option('--trace <file>', traceHelp)
      .option('--dry-run', 'show the settings, the memory plan and the first prompts, and stop'),
  ).action(act(async (config, options) => (await import('./commands/train.ts')).trainCommand(config, options)))

  addSampling(program, act)
  addSft(program, act)
  addInstruct(program, act)
  addEvaluation(program, act)
  addAnswerCommands(program, act)

  addEngineFlags(
    program
      .command('doctor')
      .description('what is installed, found and missing, and what to do about it')
      .option('--model <folder>', 'also look at this checkpoint')
      .option('--config <name>', 'a config file or preset: the memory plan is for its settings')
      .option('--set <group.key=value>', 'any setting of the config; may be repeated', collect, []),
  ).action(act(async (options) => (await import('./commands/doctor.ts')).doctorCommand(options)))
  return program
}

function addSampling(program: Command, act: Act): void {
  addEngineFlags(
    program
      .command('generate')
      .description('sample responses')
      .requiredOption('--model <folder>', 'HuggingFace checkpoint')
      .requiredOption('--input <file>', 'JSONL: {"prompt"} or {"problem"}, {"messages"} or {"tokens"} a line')
      .option('--output <file>', 'JSONL, a line a sample (default: stdout)')
      .option('--text', 'show prompts and responses on stdout as texts to read, instead of JSONL')
      .option('--limit <n>', 'only the first so many prompts', integer(1))
      .option('--n <count>', 'samples a prompt, seeded by --seed and their place in the output', integer(1, 65_536), 1)
      .option('--max-new-tokens <count>', 'new tokens a sample', integer(1), 256)
      .option('--temperature <t>', '0 = greedy', number(0), 1)
      .option('--top-p <p>', '1 = off', number(Number.MIN_VALUE, 1), 1)
      .option('--presence-penalty <x>', '0 = off', number(), 0)
      .option('--ignore-eos', 'go on to the token limit')
      .option('--trace <file>', traceHelp)
      .option('--suffix <text>', 'put after every prompt that is a text', '')
      .option('--raw', 'prompts as they are, without the chat template; not for {"messages"}'),
  ).action(act(async (options) => (await import('./commands/generate.ts')).generateCommand(options)))

  addEngineFlags(
    program
      .command('score')
      .description('log-probabilities of given tokens or responses')
      .requiredOption('--model <folder>', 'HuggingFace checkpoint')
      .requiredOption('--input <file>', 'JSONL: {"tokens"} or {"prompt","response"} a line')
      .option('--output <file>', 'JSONL: {"logprobs"} a line (default: stdout)')
      .option('--tokens-per-batch <count>', tokensHelp, integer(1))
      .option('--trace <file>', traceHelp)
      .option('--raw', 'prompts as they are, without the chat template'),
  ).action(act(async (options) => (await import('./commands/score.ts')).scoreCommand(options)))
}

function addSft(program: Command, act: Act): void {
  addEngineFlags(
    program
      .command('sft')
      .description('supervised fine-tuning: a warm start')
      .requiredOption('--model <folder>', 'HuggingFace checkpoint')
      .requiredOption(
        '--data <file>',
        'JSONL: {"prompt","response"}, {"text"} or {"segments":[{"text","train"}]} a line',
      )
      .requiredOption('--out <folder>', 'where the trained checkpoint goes')
      .option('--epochs <n>', 'passes over the data', integer(1), 1)
      .option('--steps <n>', 'optimizer steps, instead of --epochs', integer(1))
      .option('--batch-size <n>', 'documents an optimizer step', integer(1), 16)
      .option('--tokens-per-batch <count>', tokensHelp, integer(1))
      .option('--lr <x>', 'peak learning rate', number(0), 1e-5)
      .option('--schedule <kind>', 'constant, linear or cosine', 'cosine')
      .option('--warmup <x>', 'below 1: share of all steps; from 1 on: steps', number(0), 0.03)
      .option('--min-lr-ratio <x>', 'floor of the schedule, as a share of --lr', number(0, 1), 0.1)
      .option('--beta1 <x>', "AdamW's", number(0, 1), 0.9)
      .option('--beta2 <x>', "AdamW's", number(0, 1), 0.95)
      .option('--weight-decay <x>', 'decoupled', number(0), 0)
      .option('--max-grad-norm <x>', '0 = no clipping', number(0), 1)
      .option(
        '--eval-data <file>',
        'held-out lines of the same kinds, for their loss, or {"problem","answer"}, for accuracy',
      )
      .option('--eval-every <n>', 'steps between evaluations; also at both ends', integer(1))
      .option('--eval-suffix <text>', 'put after every held-out problem', '')
      .option('--eval-max-new-tokens <n>', 'new tokens a held-out response', integer(1), 256)
      .option('--raw', 'prompts as they are, without the chat template'),
  ).action(act(async (options) => (await import('./commands/sft.ts')).sftCommand(options)))
}

function addInstruct(program: Command, act: Act): void {
  addEngineFlags(
    program
      .command('instruct')
      .description('self-instruction alone: new questions like the seeds, that pass the filters')
      .requiredOption('--model <folder>', 'HuggingFace checkpoint')
      .requiredOption('--seeds <file>', 'seed questions, JSONL')
      .requiredOption('--count <n>', 'questions wanted', integer(1))
      .option('--output <file>', 'JSONL: {"id","text","rougeL","nearest"} a line (default: stdout)')
      .option('--proposals <file>', 'JSONL: every proposal, its verdict and why')
      .option('--config <name>', 'a config file or preset; its groups instruct and filter count')
      .option('--set <group.key=value>', 'any setting of the config; may be repeated', collect, []),
  ).action(act(async (options) => (await import('./commands/instruct.ts')).instructCommand(options)))
}

function addEvaluation(program: Command, act: Act): void {
  addEvalFlags(
    program
      .command('eval')
      .description('accuracy on question sets, with 95 % intervals')
      .requiredOption('--model <folder>', 'HuggingFace checkpoint'),
  ).action(act(async (options) => (await import('./commands/eval.ts')).evalCommand(options)))

  addEvalFlags(
    program
      .command('compare <run-or-model...>')
      .description('is it better? models, runs or results of eval, by sets, against the first'),
  ).action(act(async (paths, options) => (await import('./commands/compare.ts')).compareCommand(paths, options)))
}

function addAnswerCommands(program: Command, act: Act): void {
  program
    .command('grade')
    .description('whether answers are equal')
    .requiredOption('--input <file>', 'JSONL: {"id","gold","prediction"} a line')
    .requiredOption('--output <file>', 'JSONL: {"id","equal","gold","prediction"} a line')
    .option('--answers <kind>', 'math, choice, exact, number or module', 'math')
    .option('--tolerance <x>', 'relative difference still equal, for --answers number', number(0), 0)
    .option('--module <file>', 'for --answers module: JavaScript exporting extract and equal')
    .option('--time-limit-ms <ms>', 'for one comparison; then unequal', integer(1), 1000)
    .option('--json', 'one JSON object on stdout, nothing else there')
    .option('--quiet', 'say nothing')
    .action(act(async (options) => (await import('./commands/grade.ts')).gradeCommand(options)))

  program
    .command('filter')
    .description('mark questions that break a rule or resemble others: which to keep, and why not')
    .requiredOption('--input <file>', 'JSONL: {"text"}, {"problem"}, {"question"} or {"prompt"} a line')
    .requiredOption('--output <file>', 'JSONL: the same lines with "kept", "reason", "rougeL" and "nearest"')
    .option('--seeds <file>', 'seed questions to compare with, too; JSONL as the input')
    .option('--rouge-max <x>', 'largest ROUGE-L F to a seed or a question kept before', number(0, 1), 0.7)
    .option('--json', 'one JSON object on stdout, nothing else there')
    .option('--quiet', 'say nothing')
    .action(act(async (options) => (await import('./commands/filter.ts')).filterCommand(options)))
}

/**
 * Runs a command line.
 * @param argv without node and script
 * @returns the exit code: 0 done, 1 our fault, 2 the user's mistake, 130 stopped by Ctrl-C
 */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0
  const program = buildProgram((exit) => {
    code = exit
  })
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    return explain(error)
  }
}

/** Prints what went wrong; a stack only where it is our fault. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // commander has said it already
  if (error instanceof SerlError && error.code === 'USER') {
    process.stderr.write(`serl: ${error.message}\n`)
    return 2
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`serl: this should not have happened: ${text}\n`)
  return 1
}
