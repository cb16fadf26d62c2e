// The panel of questions that are never trained on, on the fake model.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { choosePanel } from '../../../src/panel/choose-panel.ts'
import { changedShare, driftFrom, type PanelReading, panelMetrics } from '../../../src/panel/reading.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, manyHeldOut, questionFolder } from '../../support/fake-run.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

let folder: string
let heldOut: string
beforeAll(async () => {
  folder = await questionFolder()
  heldOut = await manyHeldOut(folder)
})

const seeds = Array.from({ length: 100 }, (_, i) => ({
  id: `seed-${i}`,
  text: `How many are ${i}?`,
  source: 'seed' as const,
}))
const seedsOf = (texts: readonly string[]) =>
  texts.map((text, i) => ({ id: `seed-${i}`, text, source: 'seed' as const }))
const config = (panel: object) => configSchema.parse({ panel })

describe('the questions of the panel', () => {
  it('are held-out ones, else a fifth of the seeds, which then are not trained on', async () => {
    const texts = seeds.map(({ text }) => text)
    const fromHeldOut = await choosePanel(config({ size: 20 }), seeds, texts)
    expect(fromHeldOut.questions.length).toBe(20)
    expect(fromHeldOut.seeds).toBe(seeds)
    const fromSeeds = await choosePanel(config({}), seeds, [])
    expect(fromSeeds.questions.length).toBe(20)
    expect(fromSeeds.takenSeeds.map(({ text }) => text)).toEqual(fromSeeds.questions)
    expect(fromSeeds.seeds.length).toBe(80)
    for (const { text } of fromSeeds.seeds) expect(fromSeeds.questions).not.toContain(text)
  })

  it('do not depend on the order of the seeds', async () => {
    const forth = await choosePanel(config({}), seeds, [])
    const back = await choosePanel(config({}), [...seeds].reverse(), [])
    expect(back.questions).toEqual(forth.questions)
  })

  it('may come from a file; there is no panel without enough', async () => {
    const file = join(folder, 'panel.jsonl')
    await writeFile(file, '{"question": "One?"}\n{"question": "Two?"}\n')
    expect([...(await choosePanel(config({ path: file }), seeds, [])).questions].sort()).toEqual(['One?', 'Two?'])
    expect((await choosePanel(config({}), seeds.slice(0, 39), [])).questions).toEqual([])
    expect((await choosePanel(config({ size: 0 }), seeds, ['x'])).questions).toEqual([])
  })
})

describe('a reading', () => {
  const reading = (over: Partial<PanelReading>): PanelReading => ({
    majorities: ['1', '2', null, '4'],
    settled: [true, false, false, true],
    agreement: 0.4,
    crossView: 0.5,
    length: 40,
    entropy: 1.6,
    ...over,
  })
  const same = async (a: string, b: string): Promise<boolean> => a === b

  it('is compared with the first one', () => {
    const start = reading({})
    const now = reading({ agreement: 0.86, crossView: 0.45, length: 12, entropy: 0.08 })
    const metrics = panelMetrics(now, { key: 'k', start, last: start, highest: 0.9 }, { flipRate: 0.1, drift: null })
    expect(metrics['panel.split']).toBeCloseTo(0.51)
    expect(metrics['panel.lengthRatio']).toBeCloseTo(0.3)
    expect(metrics['panel.entropyRatio']).toBeCloseTo(0.05)
    expect(metrics['panel.decline']).toBeCloseTo(0.04)
    expect(metrics).toMatchObject({ 'panel.agreement': 0.86, 'panel.flipRate': 0.1, 'panel.drift': null })
  })

  it('of a model that learned something agrees under another wording too', () => {
    const now = reading({ agreement: 0.8, crossView: 0.9 })
    const metrics = panelMetrics(
      now,
      { key: 'k', start: reading({}), last: now, highest: 0.9 },
      { flipRate: 0, drift: 0 },
    )
    expect(metrics['panel.split']).toBeCloseTo(0)
  })

  it('counts changed majorities where both have one', async () => {
    expect(await changedShare(reading({ majorities: ['1', '3', '9', null] }), reading({}), same)).toBe(0.5)
    expect(await changedShare(reading({ majorities: [null] }), reading({}), same)).toBeNull()
  })

  it('has drifted where majorities changed that were settled at the start', async () => {
    const numbers = (count: number, from: number) => Array.from({ length: count }, (_, i) => String(i + from))
    const start = reading({ majorities: numbers(12, 0), settled: Array.from({ length: 12 }, (_, i) => i < 10) })
    const now = reading({ majorities: ['x', 'y', ...numbers(7, 2), null, 'z', 'z'] })
    expect(await driftFrom(start, now, same)).toBeCloseTo(2 / 9) // 10 settled, one without a majority now
    expect(await driftFrom({ ...start, settled: Array(12).fill(false).fill(true, 0, 7) }, now, same)).toBeNull()
  })
})

describe('a run with a panel', () => {
  const over = () => ({
    'eval.path': heldOut,
    'panel.size': 12,
    'panel.every': 2,
    'panel.samples': 4,
    'panel.view': '{question} hb',
    'train.steps': 4,
  })

  it('reads it at the start, every few steps, and at the end', async () => {
    const { metrics } = await startRun(fakeStart(fakeConfig(folder, over()), join(folder, 'read')))
    const read = metrics.filter((line) => line['panel.agreement'] !== null)
    expect(read.map((line) => line.step)).toEqual([0, 2, 4])
    expect(read[0]).toMatchObject({ 'panel.split': 0, 'panel.flipRate': null, 'panel.lengthRatio': 1 })
    expect(read[2]!['panel.agreement']).toBeGreaterThan(read[0]!['panel.agreement']!)
    expect(read[2]!['panel.entropyRatio']).toBeLessThan(1)
    expect(read[2]!['panel.drift']).toBeNull() // too few of its twelve questions are settled at the start
  })

  it('resumes bit for bit', async () => {
    const whole = join(folder, 'whole')
    await startRun(fakeStart(fakeConfig(folder, over()), whole))
    const parts = join(folder, 'parts')
    await startRun(fakeStart(fakeConfig(folder, { ...over(), 'train.steps': 3 }), parts))
    await startRun(fakeStart(fakeConfig(folder, over()), parts, { resume: true }))
    const metrics = async (run: string) =>
      (await readFile(join(run, 'metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ step }) => step === 4)
        .map((line) => Object.fromEntries(Object.entries(line).filter(([key]) => key.startsWith('panel'))))
    const [a, b] = [await metrics(whole), await metrics(parts)]
    // the shorter run read its last step 3 too: its flips are against that reading
    expect({ ...b[0], 'panel.flipRate': 0 }).toEqual({ ...a[0], 'panel.flipRate': 0 })
    expect(await readFile(join(parts, 'final', 'model.safetensors'))).toEqual(
      await readFile(join(whole, 'final', 'model.safetensors')),
    )
  })

  it('may be ended by its guards', async () => {
    const guard = { 'guard.panelEntropy': { below: 0.9, steps: 1, action: 'stop' } }
    const settings = fakeConfig(folder, { ...over(), ...guard, 'train.steps': 12 })
    const { stopped } = await startRun(fakeStart(settings, join(folder, 'guarded')))
    expect(stopped!.trip).toMatchObject({ guard: 'panelEntropy', side: 'below' })
    expect(stopped!.step % 2).toBe(0)
  })

  it('says which seeds it sets aside where nothing is held out', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `ab ${'abcdefgh'[i % 8]}c da hb${'abcdefgh'[i >> 3]} fe`)
    const many = join(folder, 'many-seeds.jsonl')
    await writeFile(many, lines.map((problem) => `${JSON.stringify({ problem })}\n`).join(''))
    const notes: string[] = []
    const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
    const settings = { ...over(), 'eval.path': null, 'seeds.path': many, 'instruct.source': 'given', 'train.steps': 2 }
    const { run } = await startRun(fakeStart(fakeConfig(folder, settings), join(folder, 'aside'), { reporter }))
    expect(notes).toContain('12 seed questions set aside as the panel, which is never trained on (panel.size=0: none)')
    const asked = (await readFile(join(run, 'rollouts', 'step-000001.jsonl'), 'utf8')).trim().split('\n')
    const panel = (await choosePanel(config({ size: 12 }), seedsOf(lines), [])).questions
    for (const line of asked) expect(panel).not.toContain(JSON.parse(line).text)
  })

  it('is refused guards without a panel', () => {
    const guard = { 'guard.panelSplit': { above: 0.1 } }
    expect(() => fakeConfig(folder, { ...guard, 'panel.size': 0 })).toThrow(/guard\.panelSplit watches the panel/)
  })
})
