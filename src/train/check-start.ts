import type { Config } from '../config/schema.ts'
import { requireWritable } from '../file-errors.ts'
import type { DescribedForTraining } from '../model/train-model.ts'
import { requireNoRun } from '../run/run-folder.ts'
import { requireFree } from '../run/run-lock.ts'
import { checkResume, type Resumable } from './check-resume.ts'
import { type Preflight, preflight } from './preflight.ts'

/** What decides whether a run can start. */
export interface StartCheck {
  readonly config: Config
  readonly out: string // the run's folder
  readonly resume: boolean
  /** What is known of the model before its weights are loaded. */
  readonly described: DescribedForTraining
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
export async function checkStart({ config, out, resume, described }: StartCheck): Promise<Checked> {
  await requireFree(out) // else it would seem to be a run that can be resumed
  const resumable = resume ? await checkResume({ config, out, described }) : null
  if (!resume) await requireNoRun(out)
  await requireWritable(out, whenNotWritable(resume))
  return { data: await preflight(config, described), resumable }
}
