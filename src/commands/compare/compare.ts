import { UserError } from '../../errors.ts'
import { type Contender, compareAll } from '../../eval/compare.ts'
import { comparisonMarkdown } from '../../eval/comparison-markdown.ts'
import type { Results } from '../../eval/results.ts'
import { layoutText } from '../../eval/settings.ts'
import { writeWhole } from '../../files.ts'
import { setsOf, settingsOf } from '../eval/eval-settings.ts'
import { evaluateModel } from '../eval/evaluate-model.ts'
import type { EvalFlags } from '../eval/flags.ts'
import { outputPlaces } from '../eval/output-places.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { distinctLabels, type Named, readContender, type TrainingRun } from './contenders.ts'
import { runDefaults } from './run-defaults.ts'

/** `serl compare RUN_OR_MODEL...`. */
export async function compareCommand(paths: readonly string[], flags: EvalFlags): Promise<number> {
  if (paths.length === 0)
    throw new UserError(`nothing to compare: name two models or results, or a run${swallowed(flags)}`)
  const named = distinctLabels((await Promise.all(paths.map(readContender))).flat())
  if (named.length < 2)
    throw new UserError(
      `nothing to compare ${paths[0]} with: give two models or results, or the folder of a run${swallowed(flags)}`,
    )
  const places = flags.output === undefined ? null : await outputPlaces(flags.output, 'comparison')
  const contenders = await withResults(named, flags)
  if (contenders === null) return 130
  const comparisons = compareAll(contenders)
  const notes = flags.data === undefined ? selectionNotes(named) : []
  const markdown = comparisonMarkdown(contenders, comparisons, notes)
  const models = contenders.map(({ label, results }) => ({ label, ...results.model }))
  if (places !== null) {
    await writeWhole(places.json, `${JSON.stringify({ version: 1, models, comparisons, notes }, null, 1)}\n`)
    await writeWhole(places.markdown, markdown)
  }
  if (flags.json) process.stdout.write(`${JSON.stringify({ models, comparisons, notes })}\n`)
  else if (!flags.quiet) process.stdout.write(markdown)
  return 0
}

/** --data takes every word that follows it, models too. */
const swallowed = ({ data = [] }: EvalFlags): string =>
  data.length === 0
    ? ''
    : `. --data has taken ${data.join(' ')}: models come before it, as in serl compare A B --data SET`

type Model = Extract<Named, { readonly model: string }>

/**
 * The run whose questions and settings are used: the first, or one whose model was chosen by half of the same questions.
 * @throws UserError where several runs have other questions, or a form of their own that flags would change
 */
function judgedRun(models: readonly Model[], { data, fewShot }: EvalFlags): TrainingRun | null {
  const runs = models.flatMap(({ run }) => (run === null ? [] : [run]))
  const [first] = runs
  if (first === undefined) return null
  if (fewShot > 0 && layoutText(first.layout) !== '')
    throw new UserError('--few-shot: the run asks its questions in a form of its own; omit it, or name model folders')
  const chosen = runs.find(({ note }) => note !== null) ?? first
  const same = runs.every(({ config }) => config.eval.path !== null && config.eval.path === first.config.eval.path)
  if (data === undefined && chosen !== first && !same)
    throw new UserError(
      'the runs have different held-out questions, some of which chose a model: name others with --data',
    )
  return chosen
}

/** What must be known of a model that held-out questions have chosen. */
const selectionNotes = (named: readonly Named[]): string[] => [
  ...new Set(named.flatMap((contender) => ('run' in contender && contender.run?.note ? [contender.run.note] : []))),
]

/** Evaluates the models without results. @returns null if stopped */
async function withResults(named: readonly Named[], flags: EvalFlags): Promise<Contender[] | null> {
  const models = named.filter((contender) => 'model' in contender)
  if (models.length === 0) return [...named] as Contender[]
  const run = judgedRun(models, flags)
  const sources = flags.data ?? (run?.heldOut ? [run.heldOut] : null)
  if (sources === null)
    throw new UserError('--data is missing: name the question sets (JSONL files, hub ids or names of known sets)')
  const asRun = run === null ? null : runDefaults(run, flags.data === undefined)
  const settings = settingsOf(flags, asRun?.settings)
  const sets = await setsOf(sources, flags, asRun?.reading)
  const computed = { ...asRun?.engine, ...flags }
  const interrupt = interruptSignal('stopping: finished responses are kept; run the same command again to continue')
  const known = new Map<string, Results>()
  try {
    for (const { model: path } of models) {
      if (known.has(path)) continue
      const results = await evaluateModel({ path, sets, settings, signal: interrupt.signal }, computed)
      if (results === null) return null
      known.set(path, results)
    }
  } finally {
    interrupt.release()
  }
  return named.map((contender) =>
    'model' in contender ? { label: contender.label, results: known.get(contender.model)! } : contender,
  )
}
