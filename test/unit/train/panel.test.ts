// The panel of questions that are never trained on, on the fake model.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { choosePanel } from '../../../src/panel/choose-panel.ts'
import { changedShare, driftFrom, type PanelReading, panelMetrics } from '../../../src/panel/reading.ts'
import { readSeeds } from '../../../src/seeds/read-seeds.ts'
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
    const own = Array.from({ length: 8 }, (_, i) => `Number ${i}?`)
    await writeFile(file, own.map((question) => `${JSON.stringify({ question })}\n`).join(''))
    expect([...(await choosePanel(config({ path: file }), seeds, [])).questions].sort()).toEqual(own)
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

const noting = () => {
  const notes: string[] = []
  return { notes, reporter: { ...silentReporter, note: (text: string) => void notes.push(text) } }
}

const writeLines = (path: string, texts: readonly string[]): Promise<void> =>
  writeFile(path, texts.map((problem) => `${JSON.stringify({ problem })}\n`).join(''))

const textsOf = async (path: string): Promise<string[]> => (await readSeeds(path)).map(({ text }) => text)

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

  it('is compared anew where it is asked in another way', async () => {
    const out = join(folder, 'colder')
    await startRun(fakeStart(fakeConfig(folder, { ...over(), 'train.steps': 2 }), out))
    const { notes, reporter } = noting()
    const colder = fakeConfig(folder, { ...over(), 'panel.samples': 2, 'rollout.temperature': 0.3 })
    const { metrics } = await startRun(fakeStart(colder, out, { resume: true, reporter }))
    expect(metrics.at(-1)).toMatchObject({ 'panel.split': 0, 'panel.flipRate': null, 'panel.lengthRatio': 1 })
    expect(notes.filter((note) => note.includes('compared with the model of step 4'))).toHaveLength(1)
  })

  it('never trains on a question of it, or on a held-out one, whatever file it comes from', async () => {
    const seeds = await textsOf(fakeConfig(folder, {}).seeds.path!)
    const own = join(folder, 'own-panel.jsonl')
    await writeLines(own, [...seeds.slice(0, 6).map((text) => text.toUpperCase()), 'ab ac', 'ac ab'])
    const { notes, reporter } = noting()
    const settings = { ...over(), 'panel.path': own, 'instruct.source': 'given', 'train.steps': 3 }
    const { run } = await startRun(fakeStart(fakeConfig(folder, settings), join(folder, 'own'), { reporter }))
    const left = seeds.filter((text) => !seeds.slice(0, 6).includes(text))
    expect(left.length).toBeGreaterThan(0)
    const count = seeds.length - left.length
    expect(notes).toContain(`${count} seed questions left out: held-out questions or the panel have them, too`)
    expect(await textsOf(join(run, 'seeds.jsonl'))).toEqual(left)
    await writeLines(own, seeds)
    await expect(startRun(fakeStart(fakeConfig(folder, settings), join(folder, 'none')))).rejects.toThrow(
      /every seed question of .* is also a held-out question or one of the panel/,
    )
  })

  it('accepts no question of the model that is one of the panel', async () => {
    const first = join(folder, 'first')
    const settings = { ...over(), 'filter.rougeMax': 1 }
    await startRun(fakeStart(fakeConfig(folder, settings), first))
    const written = async (run: string) =>
      (await readFile(join(run, 'instructions.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line): { text: string; kept: boolean; reason: string | null } => JSON.parse(line))
    const kept = (await written(first)).filter((proposal) => proposal.kept).map(({ text }) => text)
    const accepted = [...new Set(kept)].slice(0, 12)
    const own = join(folder, 'written-panel.jsonl')
    await writeLines(own, accepted)
    const second = join(folder, 'second')
    await startRun(fakeStart(fakeConfig(folder, { ...settings, 'panel.path': own }), second))
    const again = (await written(second)).filter(({ text }) => accepted.includes(text))
    expect(again.length).toBeGreaterThan(0)
    for (const { reason } of again) expect(reason).toBe('duplicate')
  })

  it('refuses to resume with a question that the run has trained on', async () => {
    const out = join(folder, 'was-trained-on')
    const seeds = await textsOf(fakeConfig(folder, {}).seeds.path!)
    await startRun(fakeStart(fakeConfig(folder, { ...over(), 'train.steps': 1 }), out))
    const late = join(folder, 'late-held-out.jsonl')
    await writeFile(late, `{"problem": ${JSON.stringify(seeds[3])}, "answer": "2"}\n`)
    const settings = fakeConfig(folder, { ...over(), 'eval.path': late, 'panel.size': 0 })
    await expect(startRun(fakeStart(settings, out, { resume: true }))).rejects.toThrow(
      /held-out questions?, or of the panel, (is a seed|are seeds) that the run in .* has trained on, such as "ab /,
    )
  })

  it('says where there is none, and is refused guards without one', async () => {
    const guard = { 'guard.panelSplit': { above: 0.1 } }
    expect(() => fakeConfig(folder, { ...guard, 'panel.size': 0 })).toThrow(/guard\.panelSplit watches the panel/)
    expect(() => fakeConfig(folder, { 'panel.size': 7 })).toThrow('panel.size = 7 is too small: shares of fewer than 8')
    const few = join(folder, 'few-seeds.jsonl')
    await writeLines(few, (await textsOf(fakeConfig(folder, {}).seeds.path!)).slice(0, 12))
    const settings = { 'panel.size': 12, 'seeds.path': few, 'train.steps': 1 }
    const { notes, reporter } = noting()
    await startRun(fakeStart(fakeConfig(folder, settings), join(folder, 'few'), { reporter }))
    expect(notes.filter((note) => note.startsWith('no panel: too few'))).toHaveLength(1)
    const guarded = fakeConfig(folder, { ...settings, ...guard })
    await expect(startRun(fakeStart(guarded, join(folder, 'refused')))).rejects.toThrow(
      'guard.panelSplit watches the panel, and there is none: it takes at least 8 held-out questions, or 40 seed questions',
    )
    const own = { 'panel.path': few, 'panel.size': 12 }
    await writeLines(few, ['ab', 'ac'])
    await expect(startRun(fakeStart(fakeConfig(folder, own), join(folder, 'two')))).rejects.toThrow(
      /panel\.path: .* has 2 questions, fewer than 8/,
    )
  })
})
