import { join } from 'node:path'
import { configChanges } from '../../config/changes.ts'
import { requirePaths } from '../../config/check.ts'
import { readLayers } from '../../config/read-settings.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { Config } from '../../config/schema.ts'
import { controlsTable, hasControls, readControls, type SavedControls } from '../../controls/controls-file.ts'
import { type ControlsAsked, type ControlsPlan, planControls } from '../../controls/plan.ts'
import { controlsMarkdown } from '../../controls/report.ts'
import { checkControls, type RunState, runControls } from '../../controls/run-controls.ts'
import { UserError } from '../../errors.ts'
import { trainingPlan } from '../../memory/device-memory.ts'
import { type MemoryPlan, withChosen } from '../../memory/memory-plan.ts'
import { type DescribedModel, describeForTraining, describeModel } from '../../model/open-model.ts'
import { kernelLock } from '../../native/binding.ts'
import { configFile } from '../../run/run-folder.ts'
import { withTraceFile } from '../../trace/trace-file.ts'
import { Interrupted } from '../../train/context.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { withDashboard } from './dashboard.ts'
import { dryRun } from './dry-run.ts'
import type { TrainFlags } from './flags.ts'
import { inputsOf } from './open-for-training.ts'
import { freeRunFolder, runName } from './run-name.ts'
import { runTools } from './run-tools.ts'
import { shellWord } from './shell-word.ts'

/** Is a run asked for with its controls, or the folder of one to be continued? */
export const wantsControls = ({ controls, controlSeeds, resume, out }: TrainFlags): boolean =>
  controls !== undefined || controlSeeds !== undefined || (resume === true && hasControls(out!))

/**
 * `serl train [CONFIG] --controls KINDS`.
 * @param preset that the settings start from, for the record
 * @param asked the settings of the run
 */
export async function controlsCommand(
  source: string | undefined,
  flags: TrainFlags,
  preset: string | null,
  asked: Config,
): Promise<number> {
  const { resume = false } = flags
  const out = flags.out ?? freeRunFolder(`${runName(source)}-controls`)
  const arms = resume ? await continuedArms(out, flags, asked) : newArms(flags, asked)
  const described = await describeModel(requirePaths(asked).model, asked.rollout.date)
  warnOfEos(described, flags)
  const memory = largestPlan(described, planControls(asked, arms))
  const config = withChosen(asked, memory.chosen)
  const plan = planControls(config, arms)
  const controls = { plan, out, resume, described: describeForTraining(described), tryLock: kernelLock }
  if (flags.dryRun) return dryRunOf(controls, memory, { asked, source }, flags)
  const tools = { ...controls, config, preset, described, memory, inputs: inputsOf(config, source) }
  const folders = plan.runs.map(({ folder }) => join(out, folder))
  return withDashboard(folders, flags, () => trainAll(tools, flags))
}

interface PlannedRuns extends Omit<Controls, 'described'> {
  readonly config: Config
  readonly preset: string | null
  readonly described: DescribedModel
  readonly memory: MemoryPlan
  readonly inputs: readonly string[] // files that the runs read
}

async function trainAll({ described, memory, inputs, ...planned }: PlannedRuns, flags: TrainFlags): Promise<number> {
  const { quiet = false } = flags
  const { config, out } = planned
  const interrupt = interruptSignal('stopping: the last completed step will be saved')
  try {
    const saved = await withTraceFile(flags.trace, { processName: 'serl train', inputs }, (trace) =>
      runControls({
        ...planned,
        described: describeForTraining(described),
        ...runTools(described, memory, config, flags, { trace, signal: interrupt.signal }),
      }),
    )
    tell(out, saved, flags)
    return 0
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    if (!quiet) process.stderr.write(`stopped. Continue with: npx serl train --resume --out ${shellWord(out)}\n`)
    return 130
  } finally {
    interrupt.release()
  }
}

function tell(out: string, saved: SavedControls, { json = false, quiet = false }: TrainFlags): void {
  const { result } = saved
  if (json) process.stdout.write(`${JSON.stringify({ run: out, ...saved })}\n`)
  else if (!quiet && result !== null)
    process.stdout.write(`\n${controlsMarkdown({ ...saved, result })}\nthese tables  ${controlsTable(out)}\n`)
}

const usualSeeds = 3

function newArms({ controls, controlSeeds }: TrainFlags, { train: { seed } }: Config): ControlsAsked {
  if (controls === undefined)
    throw new UserError('--control-seeds needs --controls: the rewards to compare with, such as --controls random')
  // the largest seed is followed by 0
  return { controls, seeds: controlSeeds ?? Array.from({ length: usualSeeds }, (_, i) => (seed + i) % 2 ** 32) }
}

/** Those that the folder has, and more where flags name more. */
async function continuedArms(
  out: string,
  { controls, controlSeeds }: TrainFlags,
  asked: Config,
): Promise<ControlsAsked> {
  if (!hasControls(out)) {
    throw new UserError(
      `--resume --controls: ${out} holds a single run, without controls: omit --controls to continue it, or start one ` +
        'with controls in another --out',
    )
  }
  const saved = await readControls(out)
  const changes = configChanges(resolveConfig(await readLayers(configFile(out))), asked)
  if (changes.length > 0) {
    throw new UserError(
      `--resume: the runs in ${out} must differ in their reward alone, so settings cannot change: ${changes.join(', ')}. ` +
        'Start again in another --out',
    )
  }
  return {
    controls: withMore(out, '--controls', saved.controls, controls),
    seeds: withMore(out, '--control-seeds', saved.seeds, controlSeeds),
  }
}

function withMore<T>(out: string, flag: string, saved: readonly T[], given: readonly T[] = saved): readonly T[] {
  if (saved.every((one) => given.includes(one))) return [...saved, ...given.filter((one) => !saved.includes(one))]
  throw new UserError(
    `--resume: ${out} has ${flag} ${saved.join(',')}, not ${given.join(',')}: omit the flag, or name these and more`,
  )
}

/** Of the arm that takes most memory: what it chooses fits the others, and all have the same settings. */
function largestPlan(described: DescribedModel, { runs, seeds }: ControlsPlan): MemoryPlan {
  const plans = runs.filter(({ seed }) => seed === seeds[0]).map(({ config }) => trainingPlan(described, config))
  return plans.reduce((largest, plan) => (plan.totalBytes > largest.totalBytes ? plan : largest))
}

type Controls = Parameters<typeof checkControls>[0]

/** The checks of every run, the list of them, and what a dry run shows of the first that is not finished. */
async function dryRunOf(
  controls: Controls,
  memory: MemoryPlan,
  { asked, source }: { readonly asked: Config; readonly source: string | undefined },
  flags: TrainFlags,
): Promise<number> {
  const { plan, out, described } = controls
  const { states } = await checkControls(controls)
  const shown = states.find(({ finished }) => finished === null) ?? states[0]!
  const { json = false, quiet = false } = flags
  if (!json && !quiet)
    process.stdout.write(`# runs\n${states.map((state) => stateText(out, state, plan)).join('\n')}\n`)
  const runs = states.map(({ arm, seed, folder, config, finished, begun }) => ({
    ...{ arm, seed, run: join(out, folder), reward: config.reward.kind },
    state: finished !== null ? 'finished' : begun ? 'begun' : 'planned',
  }))
  const start = { config: shown.config, out: join(out, shown.folder), resume: shown.begun, described }
  const first = { start, asked, plan: memory, inputs: inputsOf(shown.config, source) }
  return dryRun(
    { ...first, controls: { controls: plan.controls.map(({ kind }) => kind), seeds: plan.seeds, runs } },
    flags,
  )
}

function stateText(
  out: string,
  { arm, folder, config, begun, finished }: RunState,
  { controls }: ControlsPlan,
): string {
  const state = finished !== null ? ', finished' : begun ? ', begun' : ''
  const changes = controls.find(({ name }) => name === arm)?.changes ?? []
  return `${join(out, folder)}  ${[`reward.kind = ${config.reward.kind}`, ...changes].join(', ')}${state}`
}
