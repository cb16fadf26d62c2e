import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { UserError } from '../../errors.ts'
import { writeWhole } from '../../files.ts'
import { newConfigText } from '../../init/config-text.ts'
import { type PlannedConfig, planConfig } from '../../init/plan-config.ts'
import { counted } from '../../log/counted.ts'
import { deviceMemory, memoryWarning } from '../../memory/device-memory.ts'
import { gib } from '../../memory/memory-plan.ts'
import { describeModel, requireTrainable } from '../../model/open-model.ts'
import { readSeeds } from '../../seeds/read-seeds.ts'
import { shellWord } from '../train/shell-word.ts'
import type { Answers, Checks } from './ask.ts'
import { type InitFlags, initLine } from './flags.ts'

/** `serl init`. */
export async function initCommand(flags: InitFlags): Promise<number> {
  const { out, force = false, json = false, quiet = false } = flags
  if (existsSync(out) && !force)
    throw new UserError(`${out} exists, and is left as it is: give another --out, or --force to replace it`)
  const wishes = await wishesOf(flags)
  if (wishes === null) return 130
  const described = await describeModel(wishes.model)
  requireTrainable(described)
  const threads = Number(process.env.OMP_NUM_THREADS) || availableParallelism()
  const planned = await planConfig(described, wishes, threads)
  const content = newConfigText(planned, out)
  if (existsSync(out) && !force) throw new UserError(`${out} has appeared meanwhile: give another --out, or --force`)
  await writeWhole(out, content)
  const warning = memoryWarning(planned.plan, wishes.device, deviceMemory(wishes.device))
  if (json) process.stdout.write(`${JSON.stringify(said(planned, out, warning))}\n`)
  else if (!quiet) process.stdout.write(`${summary(planned, out)}\n`)
  if (warning !== null && !quiet && !json) process.stderr.write(`warning: ${warning}\n`)
  if (!wishes.forecast) return 0
  const { forecastCommand } = await import('../forecast/forecast.ts')
  return forecastCommand(out, { questions: 32, set: [], quiet: quiet || json })
}

/** From flags, and on a terminal from its user; null: the user left. */
async function wishesOf(flags: InitFlags): Promise<Answers | null> {
  const { model, seeds, device = 'cpu', hours = 1, forecast = false } = flags
  if (model !== undefined && seeds !== undefined) return { model, seeds, device, hours, forecast }
  if (!process.stdin.isTTY || !process.stdout.isTTY || flags.json || flags.quiet) {
    throw new UserError(
      'init needs --model FOLDER and --seeds FILE where it cannot ask: there is no terminal, or --json or --quiet',
    )
  }
  const { askWishes, Left } = await import('./ask.ts')
  try {
    return await askWishes(flags, checks())
  } catch (error) {
    if (error instanceof Left) return null
    throw error
  }
}

function checks(): Checks {
  const problem = async (work: () => Promise<unknown>): Promise<string | undefined> => {
    try {
      await work()
      return undefined
    } catch (error) {
      if (error instanceof UserError) return error.message
      throw error
    }
  }
  return {
    model: (path) => problem(async () => requireTrainable(await describeModel(path))),
    seeds: (path) => problem(() => readSeeds(path)),
    hours: (text) => {
      try {
        initLine.flags.hours.parse(text, 0)
        return undefined
      } catch (error) {
        return (error as Error).message
      }
    },
    hasCuda: deviceMemory('cuda') !== null,
  }
}

const said = (
  { config, preset, plan, held, secondsPerStep }: PlannedConfig,
  out: string,
  warning: string | null,
): object => ({
  ...{ out, preset, steps: config.train.steps, heldOut: held, secondsPerStep, memoryBytes: plan.totalBytes },
  memoryWarning: warning,
})

function summary({ config, plan, seedCount, held, secondsPerStep }: PlannedConfig, out: string): string {
  const time =
    secondsPerStep === null
      ? 'no estimate of the time for this device: the number of steps is the default'
      : `roughly ${secondsPerStep < 100 ? `${secondsPerStep.toPrecision(1)} s` : `${Math.round(secondsPerStep / 60)} min`} a step: the first steps of the run say more`
  const heldText =
    held === 0 ? 'none held out (fewer than 100 have answers)' : `${held} of them held out, to measure accuracy`
  return [
    `wrote ${out}: ${counted(config.train.steps, 'step')}, ${time}`,
    `questions  ${seedCount}, ${heldText}`,
    `memory     ${gib(plan.totalBytes)} at the peak`,
    '',
    'see it without training:',
    `  npx serl train ${shellWord(configWord(out))} --dry-run`,
    'train:',
    `  npx serl train ${shellWord(configWord(out))}`,
  ].join('\n')
}

/** A file that is named like a preset is given as a path. */
const configWord = (out: string): string => (/[./]/.test(out) ? out : `./${out}`)
