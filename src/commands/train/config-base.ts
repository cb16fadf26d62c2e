import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { presetNames, presetOf, readLayers, type Setting } from '../../config/read-settings.ts'
import { UserError } from '../../errors.ts'
import { configFile, noRunText } from '../../run/run-folder.ts'
import type { TrainFlags } from './flags.ts'

/** The settings that a run's flags override. */
export interface ConfigBase {
  readonly layers: readonly Setting[]
  readonly preset: string | null // that they start from
}

/**
 * The named config, the run's own when resuming, or the demonstration.
 * @param source a preset or a config file; undefined = not named
 * @throws UserError
 */
export async function configBase(
  source: string | undefined,
  { resume, out, model, seeds }: Pick<TrainFlags, 'resume' | 'out' | 'model' | 'seeds'>,
): Promise<ConfigBase> {
  if (source !== undefined) requireConfig(source)
  if (resume) return ownConfig(out!, source)
  const named = source ?? (model === undefined && seeds === undefined ? 'demo' : undefined)
  if (named === undefined) return { layers: [], preset: null }
  return { layers: await readLayers(named), preset: await presetOf(named) }
}

/** @throws UserError if it is something else, which a flag takes */
function requireConfig(source: string): void {
  if (presetNames().includes(source) || !existsSync(source)) return
  const given = `${source} is not a config file but `
  if (existsSync(join(source, 'config.json')))
    throw new UserError(`${given}the folder of a model: did you mean --model ${source}?`)
  if (existsSync(configFile(source)))
    throw new UserError(`${given}the folder of a run: continue it with --resume --out ${source}`)
  if (/\.jsonl?$/.test(source)) throw new UserError(`${given}a file of lines: did you mean --seeds ${source}?`)
}

/**
 * The settings that a run has. Naming the preset changes nothing, because it may lack what flags have changed since; a
 * config file's own lines are explicit, and apply.
 */
async function ownConfig(run: string, source: string | undefined): Promise<ConfigBase> {
  const file = configFile(run)
  if (!existsSync(file)) {
    throw new UserError(noRunText(run))
  }
  const layers = await readLayers(file)
  if (layers.length === 0)
    throw new UserError(`--resume: ${file} is empty, so the run cannot be resumed: start a new one`)
  const preset = await presetOf(file)
  if (source === undefined) return { layers, preset }
  const named = await presetOf(source)
  if (named !== null && named !== preset) {
    throw new UserError(
      `--resume: the run in ${run} started from ${preset === null ? 'no preset' : `the preset ${preset}`}, not from ` +
        `${named}. Omit ${source}: the run has its settings (${file}); change single ones with --set group.key=value`,
    )
  }
  const stated = (await readLayers(source)).filter((setting) => setting.origin === source)
  return { layers: [...layers, ...stated], preset }
}
