import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Seed } from '../../../src/seeds/read-seeds.ts'
import { holdOutSeeds } from '../../../src/seeds/split-seeds.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { contents } from '../../support/run-contents.ts'

const seeds: readonly Seed[] = Array.from({ length: 10 }, (_, i) => ({
  id: `seed-${i + 1}`,
  text: `question ${i}`,
  source: 'seed',
  ...(i < 7 && { answer: String(i) }),
}))

describe('holdOutSeeds', () => {
  it('takes answered seeds out, the same for the same seed', () => {
    const { training, heldOut } = holdOutSeeds(seeds, 3, 5, 's.jsonl')
    expect([training.length, heldOut.length]).toEqual([7, 3])
    expect(heldOut.every(({ answer }) => answer !== undefined)).toBe(true)
    expect([...training, ...heldOut].map(({ id }) => id).sort()).toEqual(seeds.map(({ id }) => id).sort())
    expect(holdOutSeeds(seeds, 3, 5, 's.jsonl')).toEqual({ training, heldOut })
    const draws = new Set(
      [1, 2, 3, 4].map((seed) =>
        holdOutSeeds(seeds, 3, seed, 's')
          .heldOut.map(({ id }) => id)
          .join(),
      ),
    )
    expect(draws.size).toBeGreaterThan(1)
    expect(holdOutSeeds(seeds, 0, 5, 's.jsonl').training).toEqual(seeds)
  })

  it('leaves no second copy of a held-out question in training', () => {
    const twice = [...seeds.slice(0, 7), ...seeds.slice(0, 7).map((seed) => ({ ...seed, id: `${seed.id}-again` }))]
    const { training, heldOut } = holdOutSeeds(twice, 2, 0, 's.jsonl')
    const out = new Set(heldOut.map(({ text }) => text))
    expect(training.some(({ text }) => out.has(text))).toBe(false)
    expect(training.length).toBe(14 - 2 * out.size)
  })

  it('refuses to hold out all seeds, or more', () => {
    expect(() => holdOutSeeds(seeds, 8, 0, 's.jsonl')).toThrow(
      /eval\.holdOut = 8: s\.jsonl has 7 questions with an "answer"/,
    )
    expect(() => holdOutSeeds(seeds.slice(0, 7), 7, 0, 's.jsonl')).toThrow(
      /of the 7 questions in s\.jsonl none would be left/,
    )
  })
})

describe('a run with eval.holdOut', () => {
  const over = { 'eval.path': null, 'eval.holdOut': 4, 'train.steps': 3, 'checkpoint.every': 1 }

  it('evaluates on what it does not train on, and says which', async () => {
    const folder = await questionFolder()
    const out = join(folder, 'run')
    const given = fakeConfig(folder, { ...over, 'instruct.source': 'given', 'rollout.maxRounds': 4 })
    const { metrics } = await startRun(fakeStart(given, out))
    expect(metrics.map((line) => line['eval.accuracy'])).toEqual([1, 1, 1, 1]) // every answer is 2, and so is the model's
    const held = (await readFile(join(out, 'held-out.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(held.length).toBe(4)
    const rollouts = await readdir(join(out, 'rollouts'))
    const asked = await Promise.all(rollouts.map((name) => readFile(join(out, 'rollouts', name), 'utf8')))
    expect(asked.join()).toContain('ab ac da hb')
    for (const line of held) {
      const { problem } = JSON.parse(line) as { problem: string }
      expect(asked.join()).not.toContain(JSON.stringify(problem))
    }
  })

  it('continues bit for bit after a crash', async () => {
    const folder = await questionFolder()
    const config = fakeConfig(folder, over)
    await startRun(fakeStart(config, join(folder, 'whole')))
    let calls = 0
    const dying = fakeStart(config, join(folder, 'died'), {
      openModel: async (_, reference) =>
        fakeModel(reference, undefined, (engine) => ({
          ...engine,
          generate: (...args) => {
            calls += 1
            return calls === 8 ? Promise.reject(new Error('power cut')) : engine.generate(...args)
          },
        })),
    })
    await expect(startRun(dying)).rejects.toThrow('power cut')
    await startRun(fakeStart(config, join(folder, 'died'), { resume: true }))
    expect(await contents(join(folder, 'died'))).toEqual(await contents(join(folder, 'whole')))
  })

  it('continues with the same questions held out, and with no others', async () => {
    const folder = await questionFolder()
    const out = join(folder, 'run')
    await startRun(fakeStart(fakeConfig(folder, over), out))
    const resume = (changes: object) =>
      startRun(fakeStart(fakeConfig(folder, { ...over, ...changes }), out, { resume: true }))
    await expect(resume({ 'eval.holdOut': 5 })).rejects.toThrow(
      /started with eval\.holdOut = 4, not 5: it would be evaluated on questions that it has trained on/,
    )
    await expect(resume({ 'eval.holdOut': 0 })).rejects.toThrow(/started with eval\.holdOut = 4, not 0/)
    await expect(resume({ 'train.seed': 9 })).rejects.toThrow(/started with train\.seed = 0, not 9/)
    await resume({ 'train.steps': 4 })
  })

  it('is refused together with eval.path, and satisfies the guard on accuracy', async () => {
    const folder = await questionFolder()
    expect(() => fakeConfig(folder, { 'eval.holdOut': 4 })).toThrow(
      /eval\.path = .* and eval\.holdOut = 4: evaluate on one/,
    )
    const guard = { 'guard.accuracyDrop': { action: 'stop' } }
    expect(() => fakeConfig(folder, { ...guard, 'eval.path': null })).toThrow(/set eval\.path or eval\.holdOut/)
    expect(fakeConfig(folder, { ...guard, ...over }).eval.holdOut).toBe(4)
  })
})
