// Which examples a run chooses for its prompts, on the fake model.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { silentReporter } from '../../../src/log/reporter.ts'
import { decodeState } from '../../../src/run/train-state.ts'
import { Interrupted } from '../../../src/train/context.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

interface ProposalLine {
  readonly step: number
  readonly id: string
  readonly kept: boolean
  readonly examples: readonly string[]
}

const jsonl = async <T>(file: string): Promise<T[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)

const proposalsOf = (run: string) => jsonl<ProposalLine>(join(run, 'instructions.jsonl'))

/** Verdicts of all answered questions, by id. */
async function verdictsOf(run: string): Promise<Map<string, string>> {
  const names = (await readdir(join(run, 'rollouts'))).sort()
  const lines = await Promise.all(
    names.map((name) => jsonl<{ id: string; verdict: string }>(join(run, 'rollouts', name))),
  )
  return new Map(lines.flat().map(({ id, verdict }) => [id, verdict]))
}

const stateText = (run: string, step: number): Promise<string> =>
  readFile(join(run, 'checkpoints', `step-00000${step}`, 'trainer', 'state.json'), 'utf8')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
})

const start = (name: string, over: Record<string, unknown>, more = {}) =>
  startRun(fakeStart(fakeConfig(folder, { 'rollout.promptsPerRound': 6, ...over }), join(folder, name), more))

describe('uniform choice', () => {
  let run: string
  beforeAll(async () => {
    run = (await start('uniform', {})).run
  })

  it('writes what the program wrote before there was another', async () => {
    // from the same run by that program, whose proposals did not name their examples
    const proposals = (await readFile(join(run, 'instructions.jsonl'), 'utf8')).replace(
      /,"examples":\[[^\]]*\]\}$/gm,
      '}',
    )
    expect(sha256(proposals)).toBe('fc2c96b1412a2a0e73a99b92784220ee73c353708322b09d121b1b3636545211')
    const names = (await readdir(join(run, 'rollouts'))).sort()
    const rollouts = await Promise.all(names.map((name) => readFile(join(run, 'rollouts', name), 'utf8')))
    expect(sha256(rollouts.join(''))).toBe('0f88620ba5a26f42d492c8d0f87759ae74ea6722ba3b1b7cf5af72ae04537385')
    const state = JSON.parse(await stateText(run, 4))
    expect(state).not.toHaveProperty('yields')
    for (const question of [...state.pool.kept, ...state.queuedInstructions])
      expect(question).not.toHaveProperty('examples')
  })

  it('names the examples of every prompt: seeds of seeds.jsonl, and questions kept before', async () => {
    const seeds = await jsonl<{ id: string; text: string }>(join(run, 'seeds.jsonl'))
    expect(seeds.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, i) => `seed-${i + 1}`))
    const verdicts = await verdictsOf(run)
    const earlier = new Set(seeds.map(({ id }) => id))
    const proposals = await proposalsOf(run)
    for (const { id, examples } of proposals) {
      expect(new Set(examples).size).toBe(8)
      for (const example of examples) expect(earlier, `${id}: ${example}`).toContain(example)
      if (verdicts.get(id) === 'kept') earlier.add(id)
    }
    const fromPool = proposals.map(({ examples }) => examples.filter((example) => example.startsWith('step')).length)
    expect(fromPool[0]).toBe(0)
    expect(fromPool.at(-1)).toBe(2)
  })
})

describe('Thompson sampling', () => {
  const thompson = { 'instruct.choose': 'thompson', 'train.steps': 6, 'checkpoint.keep': 9, 'difficulty.high': 0.5 }
  let whole: Record<string, string>
  beforeAll(async () => {
    await start('whole', thompson)
    whole = await contents(join(folder, 'whole'))
  })

  it('counts the answered children of seeds and pool questions', async () => {
    const run = join(folder, 'whole')
    const { yields, pool } = decodeState(await stateText(run, 6))
    const verdicts = await verdictsOf(run)
    const expected: Record<string, { answered: number; kept: number }> = {}
    for (const { id, examples } of await proposalsOf(run)) {
      const verdict = verdicts.get(id)
      if (verdict === undefined) continue
      for (const example of examples) {
        const { answered, kept } = expected[example] ?? { answered: 0, kept: 0 }
        expected[example] = { answered: answered + 1, kept: kept + Number(verdict === 'kept') }
      }
    }
    expect(yields!.of).toEqual(expected)
    expect(Object.keys(expected).some((id) => id.startsWith('step'))).toBe(true)
    expect(pool.kept.length).toBeGreaterThan(2)
  })

  it('repeats a run bit for bit, and chooses others than a uniform choice', async () => {
    await start('again', thompson)
    expect(await contents(join(folder, 'again'))).toEqual(whole)
    await start('other', { ...thompson, 'instruct.choose': 'uniform' })
    const [chosen, uniform] = await Promise.all(['whole', 'other'].map((name) => proposalsOf(join(folder, name))))
    expect(chosen!.map(({ examples }) => examples)).not.toEqual(uniform!.map(({ examples }) => examples))
  })

  it.each([2, 3, 6])('goes on after Ctrl-C in step %i as if nothing had been', async (last) => {
    const controller = new AbortController()
    let step = 0
    const reporter = {
      ...silentReporter,
      step: (line: { step: number }) => {
        step = line.step
      },
      progress: (name: string) => {
        if (name === 'answering' && step === last - 1) controller.abort()
      },
    }
    const name = `stopped-${last}`
    await expect(start(name, thompson, { reporter, signal: controller.signal })).rejects.toThrow(Interrupted)
    await start(name, thompson, { resume: true })
    const files = await contents(join(folder, name))
    for (const [file, digest] of Object.entries(whole)) expect(files[file], file).toBe(digest)
  })

  it('may begin in a run that was uniform so far, whose checkpoints have no yields', async () => {
    await start('late', { 'train.steps': 2 })
    expect(decodeState(await stateText(join(folder, 'late'), 2)).yields).toBeNull()
    await start('late', { 'train.steps': 4, 'instruct.choose': 'thompson' }, { resume: true })
    const { yields } = decodeState(await stateText(join(folder, 'late'), 4))
    expect(Object.keys(yields!.of).length).toBeGreaterThan(0)
  })
})

describe('retiring seeds', () => {
  // no question is inside this band: every seed has children that gave nothing
  const barren = { 'difficulty.low': 0.99, 'difficulty.high': 1, 'rollout.maxRounds': 2, 'train.maxEmptySteps': 9 }
  const over = {
    ...barren,
    'instruct.retireAfter': 6,
    'instruct.examples': 3,
    'instruct.fromPool': 1,
    'train.steps': 5,
  }

  it('stops using seeds without a child inside the band, down to instruct.examples, and says so', async () => {
    const notes: string[] = []
    const reporter = { ...silentReporter, note: (text: string) => void notes.push(text) }
    const { run } = await start('barren', over, { reporter })
    const retiring = notes.filter((text) => text.includes('no longer used'))
    expect(retiring.length).toBeGreaterThan(1)
    expect(retiring[0]).toMatch(
      /^no longer used as (?:an example|examples), with no .*\(instruct\.retireAfter = 6\): seed-\d+, of \d+ children[^.]*\. \d+ seed questions are left$/,
    )
    expect(retiring.at(-1)).toMatch(/\. 3 seed questions are left$/)
    const { retired } = decodeState(await stateText(run, 5)).yields!
    expect(retired.length).toBe(9)
    expect(new Set(retired).size).toBe(9)
    expect(retiring.flatMap((text) => text.match(/seed-\d+/g)!)).toEqual(retired)
    const last = (await proposalsOf(run)).filter(({ step }) => step === 5)
    expect(last.length).toBeGreaterThan(0)
    for (const { examples } of last) for (const example of examples) expect(retired).not.toContain(example)
  })

  it('remembers them over an interruption', async () => {
    await start('barren-two', { ...over, 'train.steps': 2 })
    await start('barren-two', over, { resume: true })
    const [whole, resumed] = await Promise.all(['barren', 'barren-two'].map((name) => stateText(join(folder, name), 5)))
    expect(decodeState(resumed!).yields).toEqual(decodeState(whole!).yields)
    expect(await proposalsOf(join(folder, 'barren-two'))).toEqual(await proposalsOf(join(folder, 'barren')))
  })
})

describe('seeds.jsonl', () => {
  it('is written again when a run goes on with other seeds; the old one is kept', async () => {
    const { run } = await start('reseeded', { 'train.steps': 1 })
    const before = await readFile(join(run, 'seeds.jsonl'), 'utf8')
    const other = join(folder, 'other-seeds.jsonl')
    await writeFile(other, before.replaceAll('ab ', 'ba '))
    await start('reseeded', { 'train.steps': 2, 'seeds.path': other }, { resume: true })
    expect(await readFile(join(run, 'seeds.before-step-2.jsonl'), 'utf8')).toBe(before)
    expect(await readFile(join(run, 'seeds.jsonl'), 'utf8')).toBe(before.replaceAll('ab ', 'ba '))
  })
})
