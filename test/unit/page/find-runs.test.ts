import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { findRuns } from '../../../src/page/read/find-runs.ts'
import { pageRun } from '../../support/page-run.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let folder = ''
let run = ''
beforeEach(async () => {
  folder = await tempFolder()
  run = await pageRun(join(folder, 'one'), { steps: 0 })
})

describe('finding runs', () => {
  it('takes runs, folders of runs, and runs with controls', async () => {
    const controls = join(folder, 'controls')
    await pageRun(join(controls, 'vote', 'seed-0'), { steps: 0 })
    await pageRun(join(controls, 'random', 'seed-0'), { steps: 0 })
    await writeFile(join(controls, 'controls.json'), '{}')
    await writeFile(join(controls, 'config.yaml'), '')
    const names = async (...paths: string[]) => (await findRuns(paths)).map(({ name }) => name)
    expect(await names(run)).toEqual(['one'])
    expect(await names(controls)).toEqual(['controls/random/seed-0', 'controls/vote/seed-0'])
    expect(await names(run, run, `${run}/`)).toEqual(['one'])
    const arms = ['vote', 'random'].map((arm) => join(controls, arm, 'seed-0'))
    expect(await names(...arms)).toEqual(['vote/seed-0', 'random/seed-0'])
  })

  it('says what is wrong with a folder', async () => {
    await expect(findRuns([join(folder, 'none')])).rejects.toThrow(/none does not exist: name the folder of a run/)
    await mkdir(join(folder, 'empty'))
    await expect(findRuns([join(folder, 'empty')])).rejects.toThrow(/holds no run \(no config\.yaml\)/)
    await expect(findRuns([join(run, 'config.yaml')])).rejects.toThrow(/is a file/)
    expect(await findRuns([join(folder, 'none')], true)).toEqual([{ name: 'none', folder: join(folder, 'none') }])
  })
})
