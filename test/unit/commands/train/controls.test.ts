// serl train --controls: what is refused before anything is written, and what a dry run shows.
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLayers } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { configText } from '../../../../src/config/text.ts'
import type { SavedControls } from '../../../../src/controls/controls-file.ts'
import { commandTrial } from '../../../support/command-trial.ts'

const trial = commandTrial()
const { serl, refused, said } = trial

describe('train --controls', () => {
  it.each([
    [['--controls', 'coin'], /--controls.*coin.*Expected random, rule or frozen-vote/s],
    [['--controls', 'random,random'], /names random twice/],
    [['--controls', 'random', '--control-seeds', '1,x'], /Expected a whole number from 0 to 4294967295/],
    [['--control-seeds', '1'], /--control-seeds needs --controls/],
    [['--controls', 'random', '--set', 'eval.path=null'], /there are none: .*eval\.path=.*eval\.holdOut=/],
    [['--controls', 'rule'], /instruct\.source = self .*instruct\.source=given/],
    [['--controls', 'random', '--set', 'eval.limit=1'], /1 held-out question cannot tell arms apart/],
    [['--controls', 'random', '--set', 'reward.kind=random'], /it is the reward of the run itself/],
  ])('%j is refused', async (flags, message) => {
    const out = join(trial.folder, 'out')
    await refused(serl('train', 'demo', '--out', out, ...flags), message)
    expect(existsSync(out)).toBe(false)
  })

  it('lists the runs in a dry run, three of each arm from train.seed on', async () => {
    const out = join(trial.folder, 'out')
    expect(await serl('train', 'demo', '--out', out, '--controls', 'random', '--seed', '5', '--dry-run')).toBe(0)
    const runs = [5, 6, 7].flatMap((seed) => [`vote/seed-${seed}`, `random/seed-${seed}`])
    expect(said()).toContain(`# runs\n${join(out, runs[0]!)}  reward.kind = majority\n`)
    for (const run of runs) expect(said()).toContain(`${join(out, run)}  reward.kind = `)
    expect(said()).toContain('# memory')
    expect(existsSync(out)).toBe(false)
  })

  it('plans the memory of the arm that takes most, for all', async () => {
    const dry = ['train', 'demo', '--controls', 'random,frozen-vote', '--control-seeds', '2', '--dry-run', '--json']
    expect(await serl(...dry)).toBe(0)
    const shown = JSON.parse(said())
    expect(shown.memory.baseBytes).toBeGreaterThan(0)
    expect(shown.controls).toMatchObject({ controls: ['random', 'frozen-vote'], seeds: [2] })
    expect(shown.controls.runs.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('planned'))
  })
})

describe('train --resume of a run with controls', () => {
  /** A folder whose runs have not begun. */
  async function begun(): Promise<string> {
    const out = join(trial.folder, 'begun')
    const saved: SavedControls = {
      version: 1,
      controls: ['random'],
      seeds: [0, 1],
      heldOut: 300,
      runs: [],
      result: null,
    }
    await mkdir(out)
    await writeFile(join(out, 'config.yaml'), configText(resolveConfig(await readLayers('demo')), 'demo'))
    await writeFile(join(out, 'controls.json'), JSON.stringify(saved))
    return out
  }

  it('keeps its arms and seeds, and takes more', async () => {
    const out = await begun()
    const planned = async (...flags: string[]): Promise<string[]> => {
      trial.forget()
      expect(await serl('train', '--resume', '--out', out, ...flags, '--dry-run', '--json')).toBe(0)
      const runs = JSON.parse(said()).controls.runs as { arm: string; seed: number }[]
      return runs.map(({ arm, seed }) => `${arm} ${seed}`)
    }
    expect(await planned()).toEqual(['vote 0', 'random 0', 'vote 1', 'random 1'])
    expect(await planned('--control-seeds', '4,1,0')).toEqual([
      ...['vote 0', 'random 0', 'vote 1', 'random 1', 'vote 4', 'random 4'],
    ])
    const wider = ['--controls', 'frozen-vote,random']
    expect((await planned(...wider)).slice(0, 3)).toEqual(['vote 0', 'random 0', 'frozen-vote 0'])
    expect((await readdir(out)).sort()).toEqual(['config.yaml', 'controls.json'])
  })

  it('refuses fewer, and other settings', async () => {
    const out = await begun()
    const resume = ['train', '--resume', '--out', out]
    await refused(serl(...resume, '--control-seeds', '0,3'), /has --control-seeds 0,1, not 0,3: omit the flag/)
    await refused(serl(...resume, '--controls', 'frozen-vote'), /has --controls random, not frozen-vote/)
    await refused(serl(...resume, '--steps', '9'), /settings cannot change: train\.steps = 9 \(was 5\)/)
    await refused(serl('train', 'demo', '--out', out, '--controls', 'random'), /is not empty .*--resume --out/)
    await refused(serl('compare', out), /holds a run with its controls: name one of the runs in it, ARM\/seed-N/)
  })

  it('refuses controls of a single run', async () => {
    const out = join(trial.folder, 'single')
    await mkdir(out)
    await writeFile(join(out, 'config.yaml'), configText(resolveConfig(await readLayers('demo')), 'demo'))
    await refused(
      serl('train', '--resume', '--out', out, '--controls', 'random'),
      /holds a single run, without controls/,
    )
  })
})
