import { existsSync } from 'node:fs'
import { cacheFolder } from '../../cache-folder.ts'
import { continueSet, cutSet, type PartialPromptTest, type TestedItem } from '../../contamination/continue.ts'
import { contaminationSaid, contaminationText, testedLine } from '../../contamination/report.ts'
import { summarizeContamination } from '../../contamination/summarize.ts'
import { UserError } from '../../errors.ts'
import type { EvalSet } from '../../eval/eval-set.ts'
import { evaluateSets } from '../../eval/evaluate-sets.ts'
import type { GradedItem } from '../../eval/grade-set.ts'
import { promptSet } from '../../eval/sample-set.ts'
import type { EvalModel, EvalSettings } from '../../eval/settings.ts'
import { statusLine } from '../../log/status-line.ts'
import { setsOf, settingsOf } from '../eval/eval-settings.ts'
import { openLazily } from '../eval/lazy-model.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { type JsonlOutput, withJsonlOutput } from '../shared/jsonl-output.ts'
import type { ContaminationFlags } from './flags.ts'

/** `serl contamination`. */
export async function contaminationCommand(flags: ContaminationFlags): Promise<number> {
  requireUsed(flags)
  const answering = settingsOf(flags)
  const sets = await setsOf(flags.data, flags)
  const test: PartialPromptTest = { share: flags.share, minWords: flags.minWords }
  requireTestable(sets, test)
  const interrupt = interruptSignal('stopping: finished responses are kept; run the same command again to continue')
  try {
    const { signal } = interrupt
    const { model, close } = await openLazily(flags.model, flags, signal)
    const trial = { model, sets, test, answering: flags.continuationsOnly ? null : answering, signal }
    const inputs = flags.data.filter((source) => existsSync(source))
    try {
      if (flags.output === undefined) return await report(trial, flags, null)
      return await withJsonlOutput(flags.output, { inputs }, (output) => report(trial, flags, output))
    } finally {
      await close()
    }
  } finally {
    interrupt.release()
  }
}

/** A flag of the answers says something that will not happen. */
function requireUsed(flags: ContaminationFlags): void {
  if (!flags.continuationsOnly) return
  const { samples, temperature, topP, presencePenalty, maxNewTokens, suffix, raw, fewShot } = flags
  const given = Object.entries({
    '--samples': samples !== 1,
    '--temperature': temperature !== undefined,
    '--top-p': topP !== 1,
    '--presence-penalty': presencePenalty !== 0,
    '--max-new-tokens': maxNewTokens !== undefined,
    '--suffix': suffix !== undefined,
    '--raw': raw === true,
    '--few-shot': fewShot !== 0,
  }).find(([, isGiven]) => isGiven)
  if (given !== undefined) {
    throw new UserError(`${given[0]} is for the answers to whole questions, which --continuations-only leaves out`)
  }
}

function requireTestable(sets: readonly EvalSet[], test: PartialPromptTest): void {
  if (sets.some((set) => cutSet(set, test).some(({ isTested }) => isTested))) return
  throw new UserError(
    `no question can be tested: after --share ${test.share} of it, fewer than --min-words ${test.minWords} words are left. ` +
      'Lower one of the two; a short rest can be guessed',
  )
}

interface Trial {
  readonly model: EvalModel
  readonly sets: readonly EvalSet[]
  readonly test: PartialPromptTest
  readonly answering: EvalSettings | null // null: whole questions are not asked
  readonly signal: AbortSignal
}

/** Tests, asks, writes and prints. */
async function report(trial: Trial, flags: ContaminationFlags, output: JsonlOutput | null): Promise<number> {
  const { model, sets, test, answering } = trial
  const continued = await continuations(trial, flags)
  const answered = continued === null ? null : await answers(trial, flags)
  if (continued === null || answered === null) {
    await output?.abandon()
    return 130
  }
  const summaries = sets.map((set, i) => summarizeContamination(set, continued[i]!, answered.get(set.name) ?? null))
  for (const [i, { name }] of sets.entries()) {
    const graded = answered.get(name)
    await output?.write(continued[i]!.map((item, index) => testedLine(name, item, graded?.[index] ?? null)))
  }
  if (flags.json) {
    const { path, fingerprint, device, dtype } = model
    const said = contaminationSaid(summaries, test)
    const described = { path, fingerprint, device, dtype }
    const found = { version: 1, model: described, test, settings: answering, sets: summaries, said }
    process.stdout.write(`${JSON.stringify(found)}\n`)
  } else if (!flags.quiet) process.stdout.write(contaminationText(summaries, test))
  return 0
}

/** Continues the first parts of all sets; null where it was stopped. */
async function continuations(
  { model, sets, test, answering, signal }: Trial,
  flags: ContaminationFlags,
): Promise<TestedItem[][] | null> {
  // a question that leaves no room for its answer is known before anything is generated
  if (answering !== null) for (const set of sets) promptSet(model, set, answering)
  const status = statusLine(flags.quiet ?? false)
  try {
    const continued: TestedItem[][] = []
    for (const set of sets) {
      const onProgress = (done: number, total: number): void => status.show(`${set.title}, continuations`, done, total)
      const items = await continueSet(model, set, test, { ...storing(flags), signal, onProgress })
      if (items === null) return null
      continued.push(items)
    }
    return continued
  } finally {
    status.clear()
  }
}

/** The graded answers by the set's name, none where they are not asked; null where it was stopped. */
async function answers(
  { model, sets, answering, signal }: Trial,
  flags: ContaminationFlags,
): Promise<Map<string, readonly GradedItem[]> | null> {
  const answered = new Map<string, readonly GradedItem[]>()
  if (answering === null) return answered
  const status = statusLine(flags.quiet ?? false)
  try {
    const results = await evaluateSets(model, sets, answering, {
      ...storing(flags),
      signal,
      onProgress: (set, done, total) => status.show(`${set.title}, answers`, done, total),
      onSet: async ({ name }, _, graded) => {
        answered.set(name, graded)
      },
    })
    return results === null ? null : answered
  } finally {
    status.clear()
  }
}

const storing = ({ fresh = false, batch }: ContaminationFlags) => ({ cache: cacheFolder(), fresh, rowsPerCall: batch })
