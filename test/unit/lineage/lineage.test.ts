import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { readLineage, type SeedLineage } from '../../../src/lineage/lineage.ts'
import { type Outcomes, outcomeNames } from '../../../src/lineage/outcomes.ts'
import { decodeState } from '../../../src/run/train-state.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { lineageRun } from '../../support/lineage-run.ts'
import { tempFolder } from '../../support/temp-folder.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

/** In the order: proposals, accepted, answered, in the band, trained on, ambiguous, leaking, duplicates, similar. */
const numbers = (outcomes: Outcomes): number[] => outcomeNames.map((name) => outcomes[name])

/*
 * test/support/lineage-run.ts, by its letters. Examples of each, and what became of it:
 *   A  seed-1 seed-2            kept, trained on in step 2
 *   B  seed-1 seed-2            has-answer
 *   C  seed-2 seed-3            undecided
 *   D  seed-2 seed-3            duplicate
 *   E  A seed-2                 kept at a tie of 2 to 2, never trained on
 *   F  A seed-2                 similar
 *   G  E A seed-1 seed-3        too hard, at a tie of 1 to 1
 */
describe('the lineage of a run written by hand', () => {
  let run: string
  beforeEach(async () => {
    run = await lineageRun(await tempFolder())
  })
  const seeds = async (): Promise<readonly SeedLineage[]> => (await readLineage(run, 0.5)).seeds

  it('counts what became of all proposals', async () => {
    // accepted and answered: A C E G; in the band: A E; trained on: A; ambiguous: C E G; B leaks, D is a copy, F similar
    expect(numbers((await readLineage(run, 0.5)).total)).toEqual([7, 4, 4, 2, 1, 3, 1, 1, 1])
  })

  it('counts the children of each seed in full', async () => {
    expect((await seeds()).map(({ id, children }) => [id, numbers(children)])).toEqual([
      ['seed-1', [3, 2, 2, 1, 1, 1, 1, 0, 0]], // A B G
      ['seed-2', [6, 3, 3, 2, 1, 2, 1, 1, 1]], // A B C D E F
      ['seed-3', [3, 2, 2, 0, 0, 2, 0, 1, 0]], // C D G
    ])
  })

  it('shares the direct credit between the examples of a prompt', async () => {
    expect((await seeds()).map(({ direct }) => numbers(direct))).toEqual([
      [5 / 4, 3 / 4, 3 / 4, 1 / 2, 1 / 2, 1 / 4, 1 / 2, 0, 0], // A/2 + B/2 + G/4
      [3, 3 / 2, 3 / 2, 1, 1 / 2, 1, 1 / 2, 1 / 2, 1 / 2], // half of each
      [5 / 4, 3 / 4, 3 / 4, 0, 0, 3 / 4, 0, 1 / 2, 0], // C/2 + D/2 + G/4
    ])
  })

  it('passes the credit of pool questions on to their own examples', async () => {
    // G gives E and A a quarter each; E gives A and seed-2 half of itself and of G/4, F half of itself.
    // A then has G/4 + (E/2 + G/8) + F/2 = E/2 + F/2 + 3G/8, and gives half of it to seed-1 and to seed-2.
    // seed-1: E/4 + F/4 + 3G/16; seed-2: the same + G/8 from E = E/4 + F/4 + 5G/16
    expect((await seeds()).map(({ inherited }) => numbers(inherited))).toEqual([
      [11 / 16, 7 / 16, 7 / 16, 1 / 4, 0, 7 / 16, 0, 0, 1 / 4],
      [13 / 16, 9 / 16, 9 / 16, 1 / 4, 0, 9 / 16, 0, 0, 1 / 4],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ])
  })

  it('describes the drift of each step, and its near copies', async () => {
    const { steps } = await readLineage(run, 0.5)
    expect(steps).toEqual([
      {
        step: 1,
        proposals: 4,
        accepted: 2,
        // A has 8 of 9 words of seed-1 in order; C has "what is 7 5" of 8 and 5: F = 8/9 and 2 * 4 / 13
        seedRouge: (16 / 18 + 8 / 13) / 2,
        words: (9 + 8) / 2,
        distinct2: 1,
        within: { clusters: 2, biggest: 1 / 2 },
        soFar: { clusters: 2, biggest: 1 / 2 },
      },
      {
        step: 2,
        proposals: 2,
        accepted: 1,
        seedRouge: 14 / 18, // "how many are in 3 bags of"
        words: 9,
        distinct2: 1,
        within: { clusters: 1, biggest: 1 },
        soFar: { clusters: 2, biggest: 2 / 3 }, // with A, by 14 / 18
      },
      {
        step: 3,
        proposals: 1,
        accepted: 1,
        seedRouge: 6 / 13, // "what is 7"
        words: 8,
        distinct2: 1,
        within: { clusters: 1, biggest: 1 },
        soFar: { clusters: 2, biggest: 2 / 4 }, // with C, by 14 / 16
      },
    ])
    const apart = (await readLineage(run, 0.8)).steps.map(({ soFar }) => soFar.clusters)
    expect(apart).toEqual([2, 3, 3])
  })

  it('credits no seed with what older runs did not record, and says so', async () => {
    const file = join(run, 'instructions.jsonl')
    const lines = (await readFile(file, 'utf8')).split('\n')
    lines[0] = lines[0]!.replace(/,"examples".*/, '}') // A's
    await writeFile(file, lines.join('\n'))
    await rm(join(run, 'seeds.jsonl'))
    const { seeds, untraced, notes, steps } = await readLineage(run, 0.5)
    expect(numbers(untraced)[0]).toBeCloseTo(1 + 1 / 2 + 1 / 2 + 3 / 8, 12) // A itself, and what A had: E/2 + F/2 + 3G/8
    const total = seeds.reduce((sum, { direct, inherited }) => sum + direct.proposals + inherited.proposals, 0)
    expect(total + untraced.proposals).toBeCloseTo(7, 12)
    expect(seeds.map(({ id, text }) => [id, text])).toEqual([
      ['seed-1', null], // as they were met: B, C
      ['seed-2', null],
      ['seed-3', null],
    ])
    expect(steps.map(({ seedRouge }) => seedRouge)).toEqual([null, null, null])
    expect(notes.join(' ')).toMatch(/no seeds\.jsonl.*1 proposal does not say which examples/)
  })

  it('reads a run that is still writing: what is cut off, or not complete, is left out', async () => {
    await appendFile(join(run, 'instructions.jsonl'), '{"step":4,"id":"step4-0-0","te')
    await appendFile(join(run, 'rollouts', 'step-000003.jsonl'), '{"step":3')
    await appendFile(join(run, 'metrics.jsonl'), '{"step":4')
    await writeFile(join(run, 'rollouts', 'step-000004.jsonl'), '')
    expect(numbers((await readLineage(run, 0.5)).total)).toEqual([7, 4, 4, 2, 1, 3, 1, 1, 1])
    await rm(join(run, 'metrics.jsonl'))
    expect(numbers((await readLineage(run, 0.5)).total)).toEqual([7, 4, 4, 2, 0, 3, 1, 1, 1]) // no step is complete
    await rm(join(run, 'rollouts'), { recursive: true })
    expect(numbers((await readLineage(run, 0.5)).total)).toEqual([7, 4, 0, 0, 0, 0, 1, 1, 1])
  })

  it('says where the seeds changed', async () => {
    await writeFile(join(run, 'seeds.before-step-3.jsonl'), '')
    expect((await readLineage(run, 0.5)).notes).toEqual([
      expect.stringMatching(/^The seeds changed before step 3: .*seeds\.before-step-3\.jsonl/),
    ])
  })

  it('names file, line and field of what no run writes', async () => {
    await appendFile(join(run, 'instructions.jsonl'), '{"step":3,"id":7}\n')
    const read = readLineage(run, 0.5)
    await expect(read).rejects.toThrow(UserError)
    await expect(read).rejects.toThrow(
      /instructions\.jsonl:8: not a line that a run writes: id: expected a text; text: expected a text; kept: /,
    )
  })
})

describe('the lineage of a run of the fake model', () => {
  it('conserves credit, and knows which questions were trained on', async () => {
    const folder = await questionFolder()
    // surplus groups wait one step, and some expire
    const over = { 'train.steps': 5, 'rollout.promptsPerRound': 9, 'rollout.maxStaleness': 1, 'checkpoint.every': 1 }
    const config = fakeConfig(folder, { ...over, 'checkpoint.keep': 9, 'rollout.promptsPerStep': 3 })
    const { run, metrics } = await startRun(fakeStart(config, join(folder, 'run')))
    const { total, seeds, untraced, steps, notes } = await readLineage(run, 0.5)
    expect(notes).toEqual([])
    expect(numbers(untraced)).toEqual(outcomeNames.map(() => 0))
    for (const name of outcomeNames) {
      const credit = seeds.reduce((sum, { direct, inherited }) => sum + direct[name] + inherited[name], 0)
      expect(credit, name).toBeCloseTo(total[name], 9)
    }
    const sum = (
      key: 'instructions.proposed' | 'instructions.kept' | 'groups.sampled' | 'groups.kept' | 'groups.expired',
    ) => metrics.reduce((all, line) => all + (line[key] ?? 0), 0)
    expect(total).toMatchObject({
      proposals: sum('instructions.proposed'),
      accepted: sum('instructions.kept'),
      answered: sum('groups.sampled'),
      inBand: sum('groups.kept'),
    })
    expect(sum('groups.expired')).toBeGreaterThan(0)
    const state = await readFile(join(run, 'checkpoints', 'step-000005', 'trainer', 'state.json'), 'utf8')
    const waiting = decodeState(state).queuedGroups.length
    expect(total.trained).toBe(total.inBand - sum('groups.expired') - waiting)
    expect(steps.map(({ step, accepted }) => [step, accepted])).toEqual(
      metrics.flatMap((line) => (line['instructions.proposed'] ? [[line.step, line['instructions.kept']]] : [])),
    )
  })
})
