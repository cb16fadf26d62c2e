import type { Config } from '../../config/schema.ts'
import { layoutText } from '../../eval/settings.ts'
import { counted } from '../../log/counted.ts'
import { percent } from '../../log/percent.ts'
import type { Stopped } from '../../run/train-state.ts'
import type { Outcome } from '../../train/start.ts'
import { evaluationChanges, evaluationRows } from './evaluation-changes.ts'
import { changeText, heldOutChange } from './held-out-change.ts'
import { shellWord } from './shell-word.ts'

/** What `serl train --json` prints. */
export function summaryJson(outcome: Outcome): object {
  const change = heldOutChange(outcome)
  return {
    run: outcome.run,
    final: outcome.final,
    steps: outcome.metrics.at(-1)?.step ?? 0,
    accuracyBefore: change?.before.accuracy ?? null,
    accuracyAfter: change?.after.accuracy ?? null,
    accuracyBest: change?.best.accuracy ?? null,
    bestStep: change?.best.step ?? null,
    tokensGenerated: total(outcome, 'tokens.generated'),
    tokensTrained: total(outcome, 'tokens.trained'),
    seconds: total(outcome, 'seconds.total'),
    modelOfStep: outcome.modelOfStep,
    evaluations: evaluationChanges(outcome),
    stopped: outcome.stopped === null ? null : stoppedJson(outcome.stopped),
  }
}

const stoppedJson = ({ step, text, trip }: Stopped): object => ({
  ...{ step, text },
  ...(trip && { guard: trip.guard, action: trip.action, value: trip.value, limit: trip.limit }),
})

/** What happened, in words and in a small table, and what to try next. */
export function summaryText(outcome: Outcome, config: Config): string {
  const further = tableLines(evaluationRows(evaluationChanges(outcome)))
  const tables = [...tableLines(tableRows(outcome)), '', ...(further.length === 0 ? [] : [...further, ''])]
  const lines = ['', story(outcome, config), '', ...tables, `the run            ${outcome.run}`]
  lines.push(`the trained model  ${outcome.final}`, '', ...nextSteps(outcome, config), '')
  return lines.join('\n')
}

function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? []
  return rows.map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column]!)).join('   ')}`)
}

const total = (outcome: Outcome, key: 'tokens.generated' | 'tokens.trained' | 'seconds.total'): number =>
  outcome.metrics.reduce((sum, line) => sum + (line[key] ?? 0), 0)

const rewardedBy: Record<Config['reward']['kind'], string> = {
  majority: 'by the agreement of its own answers, without labels',
  rule: 'by known answers',
  mixed: 'by known answers, and without one by the agreement of its own',
  module: 'by your scoring module',
  random: 'at random, as a control',
  'frozen-vote': 'by the vote of the base model, as a control',
}

function ended({ stopped, modelOfStep, bestNotKept, metrics }: Outcome): string {
  const back = modelOfStep === metrics.at(-1)?.step ? '' : `final/ is the model of step ${modelOfStep}`
  const lost =
    bestNotKept === null ? '' : `\nIt could not go back: the best model, of step ${bestNotKept}, was not kept.`
  if (stopped === null) return back === '' ? lost : `\nIt got worse at the end: ${back}.${lost}`
  if (stopped.trip !== null) return `\nA guard ended the run: ${stopped.text}${back && `, and ${back}`}.${lost}`
  return `\nThe run ended for want of questions${back && `, and ${back}`}: ${stopped.text}.${lost}`
}

function story(outcome: Outcome, config: Config): string {
  const steps = outcome.metrics.at(-1)?.step ?? 0
  const own =
    config.rollout.seedShare > 0 ? 'questions it wrote itself and seed questions' : 'questions it wrote itself'
  const questions = config.instruct.source === 'self' ? own : 'the seed questions'
  const minutes = (total(outcome, 'seconds.total') / 60).toFixed(1)
  const empty = outcome.metrics.filter((line) => line.step > 0 && line['groups.trained'] === 0).length
  const skipped = empty === 0 ? '' : `\n${empty} of the steps found no question worth training on, and changed nothing.`
  const done = `In ${counted(steps, 'step')} (${minutes} min) the model trained on ${questions}, rewarded ${rewardedBy[config.reward.kind]}.${skipped}${ended(outcome)}`
  const change = heldOutChange(outcome)
  return change === null || change.times === 1
    ? done
    : `${done}\n${changeText(change, outcome.run)}${chosenText(outcome)}`
}

/** The accuracy of a model that was chosen by it is not a fair measure of the model. */
const chosenText = ({ selected, modelOfStep, metrics, run }: Outcome): string =>
  selected && modelOfStep !== metrics.at(-1)?.step
    ? `\nHalf of these questions chose the model. For a verdict on the other half: npx serl compare ${run}`
    : ''

/** Before, at most nine steps between, the best, after. */
function tableRows(outcome: Outcome): string[][] {
  const lines = outcome.metrics
  const every = Math.max(1, Math.ceil(lines.length / 10))
  const best = heldOutChange(outcome)?.best.step
  const shown = lines.filter((line, i) => i % every === 0 || i === lines.length - 1 || line.step === best)
  const cell = (value: number | null, show: (value: number) => string): string => (value === null ? '-' : show(value))
  return [
    ['step', 'accuracy', 'mean reward', 'majority', 'KL'],
    ...shown.map((line) => [
      String(line.step),
      cell(line['eval.accuracy'], percent),
      cell(line['reward.mean'], (value) => value.toFixed(2)),
      cell(line['vote.majorityShare'], (value) => value.toFixed(2)),
      cell(line['kl.mean'], (value) => value.toFixed(4)),
    ]),
  ]
}

/** Shows greedy answers of the trained model to a few questions, with the run's own prompt settings. */
export function generateCommandLine({ final }: Pick<Outcome, 'final'>, config: Config): string {
  const { model, rollout, eval: evaluation, seeds } = config
  const input = evaluation.path ?? seeds.path ?? 'QUESTIONS.jsonl'
  const tokens = evaluation.path === null ? rollout.maxNewTokens : evaluation.maxNewTokens
  const flags: [string, string][] = [
    ['--model', final],
    ['--input', input],
    ['--limit', '3'],
    ['--temperature', '0'],
    ['--max-new-tokens', String(tokens)],
  ]
  if (rollout.suffix !== '') flags.push(['--suffix', rollout.suffix])
  if (model.device !== 'cpu') flags.push(['--device', model.device])
  if (model.dtype !== 'auto') flags.push(['--dtype', model.dtype])
  const words = flags.map(([name, value]) => `${name} ${shellWord(value)}`)
  return ['npx serl generate', ...words, ...(rollout.template === 'none' ? ['--raw'] : []), '--text'].join(' ')
}

/** Can `serl generate` ask as the run did? It knows the suffix only. */
const isPlain = ({ rollout }: Config): boolean =>
  rollout.examples === null && layoutText({ ...rollout, examples: [] }) === ''

function nextSteps(outcome: Outcome, config: Config): string[] {
  const { run } = outcome
  const own = config.instruct.source === 'self'
  return [
    'Next steps:',
    `  look at its curves and answers  npx serl dashboard ${shellWord(run)}`,
    ...(own ? [`  read its questions              ${run}/instructions.jsonl`] : []),
    ...(own ? [`  see what each seed gave         npx serl lineage ${shellWord(run)}`] : []),
    `  read its responses              ${run}/rollouts/`,
    ...(outcome.evaluations.length > 0 ? [`  read its evaluations            ${run}/evaluations.jsonl`] : []),
    ...(isPlain(config) ? [`  sample from the model           ${generateCommandLine(outcome, config)}`] : []),
    '  train your own model            npx serl train cpu-100m --model FOLDER --seeds QUESTIONS.jsonl',
  ]
}
