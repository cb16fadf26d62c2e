import type { NamedSet } from '../config/evaluation-schema.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import type { EvalSet } from '../eval/eval-set.ts'
import { knownAdapter, setNameOf } from '../eval/find-adapter.ts'
import type { EvalFormat } from '../eval/prompt.ts'
import { readSetFile } from '../eval/read-held-out.ts'
import { heldOutName } from '../eval/set-figures.ts'
import { answersOf } from '../reward/open-answer-checker.ts'
import type { PromptFormat } from '../rollout/prompt.ts'

/** A set of eval.sets: evaluated like the held-out questions, but its figures choose and stop nothing. */
export interface FurtherSet {
  readonly set: EvalSet // under the name that the run gives it
  readonly format: EvalFormat // how its questions are asked
  readonly samples: number // a question
  readonly temperature: number // 0 = greedy
  readonly every: number // training steps
}

/**
 * Reads the files of eval.sets.
 * @param format of the run's own questions
 * @throws UserError naming the file and line, or two sets of one name
 */
export async function readFurtherSets(config: Config, format: PromptFormat): Promise<FurtherSet[]> {
  const sets: FurtherSet[] = []
  const named = new Map([[heldOutName, 'the held-out questions (eval.path, eval.holdOut)']])
  for (const asked of config.eval.sets) {
    const set = await readNamed(asked, config)
    const other = named.get(set.name)
    if (other !== undefined) {
      throw new UserError(
        `eval.sets: ${set.source} and ${other} are both called ${set.name}: give another name, as in ` +
          'eval.sets={path: FILE, name: NAME}',
      )
    }
    named.set(set.name, set.source)
    sets.push({
      set,
      format: { ...format, suffix: suffixOf(set, config), fewShot: [] },
      samples: Math.max(1, asked.samples),
      temperature: asked.samples === 0 ? 0 : (asked.temperature ?? config.eval.temperature),
      every: asked.every ?? config.eval.every,
    })
  }
  return sets
}

/** A known set has a kind of its own; another file is read as eval.path is. */
async function readNamed({ path, name, limit, answers }: NamedSet, config: Config): Promise<EvalSet> {
  const isKnown = knownAdapter(setNameOf(path)) !== null
  const rule = answers === null ? (isKnown ? null : answersOf(config)) : { kind: answers }
  try {
    const set = await readSetFile(path, limit, rule)
    return { ...set, name: name ?? set.name }
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause
    const flags = /--(answers|adapter) /.test(cause.message)
      ? ' (--answers and --adapter are flags of serl eval: here give answers, as in eval.sets={path: FILE, answers: exact})'
      : ''
    throw new UserError(`eval.sets: ${cause.message}${flags}`, { cause })
  }
}

/** As the run asks; only a set of choices in a run without them asks for a letter in its own words. */
const suffixOf = (set: EvalSet, { reward, rollout }: Config): string =>
  set.kind === 'choice' && reward.answers !== 'choice' ? set.suffix : rollout.suffix
