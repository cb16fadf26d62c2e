import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandTrial } from '../../../support/command-trial.ts'
import { lineageRun } from '../../../support/lineage-run.ts'

const trial = commandTrial()
const { serl, said, refused } = trial

describe('serl lineage', () => {
  it('prints tables of children, credit and steps', async () => {
    const run = await lineageRun(trial.folder)
    expect(await serl('lineage', run)).toBe(0)
    const lines = said().split('\n')
    expect(lines).toContain(
      '3 seeds, proposals 7, accepted 4, answered 4, in the band 2, trained on 1, ambiguous 3, leaking 1, duplicates 1, similar 1.',
    )
    // by credit in the band: 1 + 0.25, 0.5 + 0.25, 0
    const rows = lines.filter((line) => line.startsWith('| seed-'))
    expect(rows[0]).toBe('| seed-2 | 6 | 3 | 3 | 2 | 1 | 2 | 1 | 1 | 1 | What is 7 plus 5? |')
    expect(rows.map((row) => row.split(' ')[1])).toEqual(['seed-2', 'seed-1', 'seed-3', 'seed-2', 'seed-1', 'seed-3'])
    expect(rows[4]).toMatch(/^\| seed-1 \| 1\.3 \+ 0\.7 \| 0\.8 \+ 0\.4 \| 0\.8 \+ 0\.4 \| 0\.5 \+ 0\.3 \|/)
    expect(lines).toContain('| 2 | 2 | 1 | 0.778 | 9.0 | 1.000 | 1 | 100.0 | 2 | 66.7 |')
  })

  it('shows both ends of long tables', async () => {
    const run = await lineageRun(trial.folder)
    expect(await serl('lineage', run, '--rows', '2')).toBe(0)
    const lines = said().split('\n')
    expect(lines.filter((line) => line.startsWith('| seed-')).map((row) => row.split(' ')[1])).toEqual([
      ...['seed-2', 'seed-3', 'seed-2', 'seed-3'],
    ])
    expect(lines.filter((line) => /^\| \d/.test(line)).map((row) => row.split(' ')[1])).toEqual(['1', '3'])
    expect(said()).toContain('The 2 with most and least credit in the band.')
  })

  it('gives the figures as JSON, and writes both forms', async () => {
    const run = await lineageRun(trial.folder)
    const place = join(trial.folder, 'report')
    expect(await serl('lineage', run, '--json', '--output', place, '--near', '0.8')).toBe(0)
    const printed = JSON.parse(said())
    expect(printed).toMatchObject({ run, near: 0.8, total: { proposals: 7 }, untraced: { proposals: 0 }, notes: [] })
    expect(printed.seeds[1]).toMatchObject({ id: 'seed-2', text: 'What is 7 plus 5?', direct: { inBand: 1 } })
    expect((await readdir(place)).sort()).toEqual(['lineage.json', 'lineage.md'])
    const written = JSON.parse(await readFile(join(place, 'lineage.json'), 'utf8'))
    expect(written).toEqual({ version: 1, ...printed })
    expect(await readFile(join(place, 'lineage.md'), 'utf8')).toContain('| seed-2 |')
    trial.forget()
    expect(await serl('lineage', run, '--quiet')).toBe(0)
    expect(said()).toBe('')
  })

  it('refuses what is no run, or one that wrote no questions', async () => {
    await refused(
      serl('lineage', join(trial.folder, 'none'), '--output', join(trial.folder, 'out')),
      /holds no run \(no config/,
    )
    expect(await readdir(trial.folder)).toEqual([])
    const run = await lineageRun(trial.folder)
    await rm(join(run, 'instructions.jsonl'))
    trial.forget()
    await refused(serl('lineage', run), /has no instructions\.jsonl: .*instruct\.source = given/)
    trial.forget()
    await writeFile(join(run, 'instructions.jsonl'), '{"step":1}\n')
    await refused(serl('lineage', run), /instructions\.jsonl:1: not a line that a run writes: id: expected a text/)
    trial.forget()
    await refused(serl('lineage'), /missing required argument 'run'/)
    trial.forget()
    await refused(serl('lineage', run, '--near', '1'), /Expected a number of at least 0, below 1/)
  })
})
