import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collect } from '../../../../src/commands/instruct/instruct.ts'
import { openJsonlOutput } from '../../../../src/commands/shared/jsonl-output.ts'
import { rougeL } from '../../../../src/filter/rouge.ts'
import { readSeeds } from '../../../../src/seeds/read-seeds.ts'
import { fakeModel } from '../../../support/fake-model.ts'
import { fakeConfig, questionFolder } from '../../../support/fake-run.ts'

async function instruct(count: number, over: Record<string, unknown> = {}, signal = new AbortController().signal) {
  const folder = await questionFolder()
  const config = fakeConfig(folder, over)
  const seeds = await readSeeds(join(folder, 'seeds.jsonl'))
  const out = await mkdtemp(join(tmpdir(), 'serl-instruct-'))
  const output = await openJsonlOutput(join(out, 'accepted.jsonl'))
  const proposals = await openJsonlOutput(join(out, 'proposals.jsonl'))
  const read = async (name: string) =>
    (await readFile(join(out, name), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string; text: string; kept: boolean; reason: string | null })
  const job = collect(await fakeModel(false), seeds, config, {
    flags: { count, quiet: true },
    output,
    proposals,
    signal,
  })
  const summary = await job.finally(async () => {
    await output.close()
    await proposals.close()
  })
  return { summary, seeds, accepted: await read('accepted.jsonl'), proposed: await read('proposals.jsonl') }
}

describe('serl instruct', () => {
  it('writes the requested number of new questions, unlike the seeds and each other', async () => {
    const { summary, accepted, proposed, seeds } = await instruct(25)
    expect(accepted.length).toBe(25)
    expect(summary.accepted).toBe(25)
    expect(summary.proposed).toBe(proposed.length)
    expect(summary.rounds).toBeGreaterThan(1)
    expect(proposed.filter(({ kept }) => kept).map(({ id }) => id)).toEqual(accepted.map(({ id }) => id))
    expect(Object.values(summary.reasons).reduce((a, b) => a + b, 0)).toBe(proposed.filter(({ kept }) => !kept).length)
    const texts = [...seeds, ...accepted].map(({ text }) => text)
    for (const [i, { text }] of accepted.entries()) {
      for (const other of texts.slice(0, seeds.length + i)) expect(rougeL(text, other)).toBeLessThanOrEqual(0.7)
    }
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(25)
  })

  it('counts acceptable questions that were not needed, so that the counts add up', async () => {
    const { summary, proposed } = await instruct(1)
    const { 'not-needed': surplus = 0, ...rest } = summary.reasons
    expect(surplus).toBeGreaterThan(0)
    expect(proposed.filter(({ kept, reason }) => !kept && reason === 'not-needed').length).toBe(surplus)
    expect(1 + surplus + Object.values(rest).reduce((a, b) => a + b, 0)).toBe(summary.proposed)
  })

  it('draws the same questions from the same seed', async () => {
    const [one, two] = [await instruct(10), await instruct(10)]
    expect(two.accepted).toEqual(one.accepted)
    expect((await instruct(10, { 'train.seed': 1 })).accepted).not.toEqual(one.accepted)
  })

  it('ends with what it found and the last reasons when it finds no more', async () => {
    const none = instruct(5, { 'filter.minWords': 100, 'instruct.maxRounds': 3 })
    await expect(none).rejects.toThrow(/no new question was accepted in 3 rounds[\s\S]*too-short: "/)
    await expect(none).rejects.not.toThrow(/instruct\.source=given/) // there is nothing to train
    const some = instruct(500, { 'filter.rougeMax': 0, 'instruct.maxRounds': 3 })
    await expect(some).rejects.toThrow(/only \d+ of 500 questions were found, and then no more[\s\S]*similar: "/)
  })

  it('keeps the questions so far when stopped', async () => {
    const controller = new AbortController()
    controller.abort()
    expect((await instruct(5, {}, controller.signal)).accepted).toEqual([])
  })
})
