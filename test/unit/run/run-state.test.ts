import { appendFile, cp, mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from '../../../src/cli.ts'
import { ageText } from '../../../src/commands/runs/runs.ts'
import { silentReporter } from '../../../src/log/reporter.ts'
import { findRuns } from '../../../src/run/find-runs.ts'
import { thisProcess } from '../../../src/run/lock-holder.ts'
import { lockRun } from '../../../src/run/run-lock.ts'
import { describeRun } from '../../../src/run/run-state.ts'
import { startRun } from '../../../src/train/start.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { heardOutput } from '../../support/heard-output.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let folder: string
beforeAll(async () => {
  folder = await questionFolder()
  await startRun(fakeStart(fakeConfig(folder), join(folder, 'runs/whole')))
  await writeFile(join(folder, 'runs/whole/final/config.json'), '{}') // as a HuggingFace folder has
  const stop = { 'guard.majorityShare': { above: 0, steps: 1, action: 'stop' } }
  await startRun(fakeStart(fakeConfig(folder, stop), join(folder, 'runs/guarded')))
  await writeFile(join(folder, 'runs/guarded/final/config.json'), '{}')
  const controller = new AbortController()
  const reporter = { ...silentReporter, step: ({ step }: { step: number }) => void (step === 2 && controller.abort()) }
  const over = { reporter, signal: controller.signal }
  await startRun(fakeStart(fakeConfig(folder), join(folder, 'runs/part-10'), over)).catch(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

const runs = (...path: string[]): string => join(folder, 'runs', ...path)

/** A copy of a run to break. */
async function copyOf(name: string): Promise<string> {
  const copy = join(await tempFolder(), 'copy')
  await cp(runs(name), copy, { recursive: true })
  return copy
}

describe('the state of a run', () => {
  it('is finished, stopped by a guard or interrupted', async () => {
    const accuracy = { best: expect.any(Number), step: expect.any(Number) }
    const whole = await describeRun(runs('whole'))
    expect(whole).toMatchObject({ state: 'finished', reason: null, step: 4, steps: 4, checkpoint: 4, accuracy })
    const guarded = await describeRun(runs('guarded'))
    expect(guarded).toMatchObject({
      state: 'stopped',
      reason: expect.stringMatching(/^guard majorityShare: /),
      step: 1,
    })
    expect(await describeRun(runs('part-10'))).toMatchObject({ state: 'interrupted', step: 2, steps: 4, checkpoint: 2 })
  })

  it('is running while a process holds its lock, before it has written anything, too', async () => {
    const begun = join(await tempFolder(), 'begun')
    const release = await lockRun(begun)
    expect(await describeRun(begun)).toMatchObject({ state: 'running', step: null, steps: null, checkpoint: null })
    await release()
    const copy = await copyOf('whole')
    const again = await lockRun(copy)
    expect(await describeRun(copy)).toMatchObject({ state: 'running', step: 4 })
    await again()
    await writeFile(join(copy, '.lock'), JSON.stringify({ ...thisProcess(), pid: 2 ** 22 + 1 })) // of a dead process
    expect(await describeRun(copy)).toMatchObject({ state: 'finished' })
  })

  it('is interrupted where a finished run was continued and did not come to its end', async () => {
    const copy = await copyOf('whole')
    const line = (step: number) => `${JSON.stringify({ step, 'eval.accuracy': null })}\n`
    await appendFile(join(copy, 'metrics.jsonl'), line(5))
    expect(await describeRun(copy)).toMatchObject({ state: 'interrupted', step: 5 })
    await appendFile(join(copy, 'metrics.jsonl'), '{"step":6,"eval') // cut short by a crash
    expect(await describeRun(copy)).toMatchObject({ state: 'interrupted', step: 5 })
  })

  it('knows runs of other versions, and those without a step', async () => {
    const copy = await copyOf('whole')
    await writeFile(
      join(copy, 'config.yaml'),
      'preset: of-tomorrow\nfuture: {a: 1}\ntrain: {steps: 9, iterations: 2}\n',
    )
    expect(await describeRun(copy)).toMatchObject({ state: 'finished', steps: 18 })
    for (const name of ['metrics.jsonl', 'outcome.json', 'final', 'checkpoints'])
      await rm(join(copy, name), { recursive: true })
    const empty = { state: 'interrupted', step: null, accuracy: null, checkpoint: null }
    expect(await describeRun(copy)).toMatchObject(empty)
  })

  it.each<[string, RegExp, (run: string) => Promise<unknown>]>([
    ['no config', /config\.yaml is missing/, (run) => rm(join(run, 'config.yaml'))],
    ['an empty config', /has no train\.steps/, (run) => writeFile(join(run, 'config.yaml'), '')],
    ['a config that is no YAML', /config\.yaml:2:1: /, (run) => writeFile(join(run, 'config.yaml'), 'a: [b\n')],
    ['a config that is another text', /has no train\.steps/, (run) => writeFile(join(run, 'config.yaml'), 'hello\n')],
    ['a broken line', /metrics\.jsonl:1 is not/, (run) => writeFile(join(run, 'metrics.jsonl'), 'x\n{"step":1}\n')],
    ['a line of something else', /metrics\.jsonl:1 is not/, (run) => writeFile(join(run, 'metrics.jsonl'), 'null\n')],
    ['a broken outcome', /outcome\.json is not/, (run) => writeFile(join(run, 'outcome.json'), '{"step":')],
    ['another outcome', /outcome\.json is not/, (run) => writeFile(join(run, 'outcome.json'), '{}')],
    ['no final model', /final holds no model/, (run) => rm(join(run, 'final'), { recursive: true })],
    ['no state', /state\.json/, (run) => rm(join(run, 'checkpoints/step-000004/trainer'), { recursive: true })],
    [
      'cut weights',
      /model\.safetensors/,
      (run) => truncate(join(run, 'checkpoints/step-000004/model.safetensors'), 40),
    ],
    ['no weights', /holds no weights/, (run) => rm(join(run, 'checkpoints/step-000004/model.safetensors'))],
  ])('is broken with %s', async (_, reason, breakIt) => {
    const copy = await copyOf('whole')
    await breakIt(copy)
    expect(await describeRun(copy)).toMatchObject({ state: 'broken', reason: expect.stringMatching(reason) })
  })

  it('changes nothing', async () => {
    const before = await readdir(folder, { recursive: true })
    await describeRun(runs('part-10'))
    expect(await readdir(folder, { recursive: true })).toEqual(before)
  })
})

describe('serl runs', () => {
  it('lists the runs of a folder, those in folders of it and the arms of controls, by name', async () => {
    const place = await tempFolder()
    const copies = ['b-10', 'b-9', 'kept/old', 'c/vote/seed-0', 'c/random/seed-0']
    for (const name of copies) await cp(runs('part-10'), join(place, name), { recursive: true })
    await writeFile(join(place, 'c/controls.json'), '{}')
    await cp(runs('part-10', 'config.yaml'), join(place, 'c/config.yaml'))
    await mkdir(join(place, 'other/config'), { recursive: true })
    await writeFile(join(place, 'other/config.yaml'), 'of: another program\n')
    const found = await findRuns(place)
    expect(found.map((run) => run.slice(place.length + 1))).toEqual([
      ...['b-9', 'b-10', 'c/random/seed-0', 'c/vote/seed-0', 'kept/old'],
    ])
    expect(await findRuns(join(place, 'b-9'))).toEqual([join(place, 'b-9')])
    await expect(findRuns(join(place, 'none'))).rejects.toThrow(/cannot list the runs of .*none/)
    await expect(findRuns(join(place, 'other/config.yaml'))).rejects.toThrow(/it is a file/)
  })

  it('prints a table, and the same as JSON', async () => {
    const said = heardOutput()
    expect(await main(['runs', join(folder, 'runs')])).toBe(0)
    const [head, ...lines] = said().trimEnd().split('\n')
    expect(head).toMatch(/^run +state +step +best accuracy +age$/)
    expect(lines[0]).toMatch(/guarded +stopped +1\/4 +\d+\.\d % \(step \d\) +\d+ (s|min)$/)
    expect(lines[1]).toMatch(/part-10 +interrupted +2\/4 /)
    expect(lines[2]).toMatch(/whole +finished +4\/4 /)
    expect(lines.at(-1)).toMatch(/guarded was stopped: guard majorityShare/)
    vi.restoreAllMocks()
    const json = heardOutput()
    expect(await main(['runs', join(folder, 'runs'), '--json'])).toBe(0)
    const { runs: found } = JSON.parse(json()) as { runs: { run: string; state: string }[] }
    expect(found.map(({ state }) => state)).toEqual(['stopped', 'interrupted', 'finished'])
    expect([5, 65, 7300, 200_000].map(ageText)).toEqual(['5 s', '1 min', '2 h', '2 d'])
  })
})
