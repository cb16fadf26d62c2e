import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { requireWritable } from '../file-errors.ts'
import { foldedText } from '../filter/rouge.ts'
import { counted } from '../log/counted.ts'
import type { DescribedForTraining } from '../model/train-model.ts'
import { requireNoRun, seedsFile } from '../run/run-folder.ts'
import { requireFree, type TryLock } from '../run/run-lock.ts'
import { readSeeds } from '../seeds/read-seeds.ts'
import { checkResume, type Resumable } from './check-resume.ts'
import { type Preflight, preflight } from './preflight.ts'

/** What decides whether a run can start. */
export interface StartCheck {
  readonly config: Config
  readonly out: string // the run's folder
  readonly resume: boolean
  /** What is known of the model before its weights are loaded. */
  readonly described: DescribedForTraining
  readonly tryLock?: TryLock | null // the kernel's lock of the run's folder; default: null, without
}

/** Results of the checks, used by the run. */
export interface Checked {
  readonly data: Preflight
  readonly resumable: Resumable | null // null: a new run
}

/** What to do where a run cannot write its folder. */
export const whenNotWritable = (resume: boolean): string =>
  resume
    ? 'run it as the user who owns the folder, or copy the run to a folder of your own and resume that'
    : 'give another --out'

/**
 * Every check that a run makes before it claims its folder and loads a weight; a dry run makes only these.
 * Writes nothing.
 * @throws UserError
 */
export async function checkStart({ config, out, resume, described, tryLock = null }: StartCheck): Promise<Checked> {
  await requireFree(out, tryLock) // else it would seem to be a run that can be resumed
  const resumable = resume ? await checkResume({ config, out, described }) : null
  if (!resume) await requireNoRun(out)
  await requireWritable(out, whenNotWritable(resume))
  const data = await preflight(config, described)
  if (resumable !== null) await requireUntrained(out, data)
  return { data, resumable }
}

/** Questions that judge the model must not have been trained on before they did. */
async function requireUntrained(out: string, { neverTrained }: Preflight): Promise<void> {
  if (!existsSync(seedsFile(out))) return
  const trained = (await readSeeds(seedsFile(out))).filter(({ text }) => neverTrained.has(foldedText(text)))
  if (trained.length === 0) return
  throw new UserError(
    `--resume: ${counted(trained.length, 'held-out question')}, or of the panel, ${trained.length === 1 ? 'is a seed' : 'are seeds'} that the run in ${out} has trained ` +
      `on, such as ${JSON.stringify(trained[0]!.text)}: give other questions (eval.path, eval.sets, panel.path), or the settings that the run had`,
  )
}
