import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { configBase } from '../../../../src/commands/train/config-base.ts'
import { readLayers } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { configText } from '../../../../src/config/text.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

let folder: string
let run: string
beforeEach(async () => {
  folder = await tempFolder()
  run = join(folder, 'run')
  await mkdir(run)
})

/** A run that started from a preset, with its own learning rate. */
async function begun(preset: string | null) {
  const layers = [...(await readLayers('cpu-100m')), { key: 'optimizer.lr', value: 0.5, origin: '--set' }]
  const config = resolveConfig(layers)
  await writeFile(join(run, 'config.yaml'), configText(config, preset))
  return config
}
const resumed = async (source?: string) => configBase(source, { resume: true, out: run })
const configFileOf = async (text: string): Promise<string> => {
  await writeFile(join(folder, 'mine.yaml'), text)
  return join(folder, 'mine.yaml')
}

describe('the base config of a run', () => {
  it('the demonstration, a preset, a file, or nothing', async () => {
    expect((await configBase(undefined, {})).preset).toBe('demo')
    expect((await configBase('cpu-100m', {})).preset).toBe('cpu-100m')
    expect(await configBase(undefined, { model: 'm' })).toEqual({ layers: [], preset: null })
    expect((await configBase(await configFileOf('preset: demo\nkl:\n  coef: 0.5\n'), {})).preset).toBe('demo')
    expect((await configBase(await configFileOf('kl:\n  coef: 0.5\n'), {})).preset).toBeNull()
  })
})

describe('the settings that a run continues with', () => {
  it('its own settings, also if its preset is named again', async () => {
    const config = await begun('cpu-100m')
    for (const source of [undefined, 'cpu-100m']) {
      const { layers, preset } = await resumed(source)
      expect(resolveConfig(layers)).toEqual(config)
      expect(preset).toBe('cpu-100m')
    }
  })

  it('no other preset, by name or in a file', async () => {
    await begun('cpu-100m')
    const refusal =
      /started from the preset cpu-100m, not from demo\. Omit .*: the run has its settings .*--set group\.key=value/
    await expect(resumed('demo')).rejects.toThrow(refusal)
    await expect(resumed(await configFileOf('preset: demo\n'))).rejects.toThrow(refusal)
    await begun(null)
    await expect(resumed('demo')).rejects.toThrow(/started from no preset, not from demo/)
  })

  it('the settings in a file, not the preset that it names', async () => {
    const config = await begun('cpu-100m')
    const { layers } = await resumed(await configFileOf('preset: cpu-100m\nkl:\n  coef: 0.25\n'))
    expect(resolveConfig(layers)).toEqual({ ...config, kl: { ...config.kl, coef: 0.25 } })
  })
})
