import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { BadQuery, NotFound, openReader, type Reader } from '../../../src/page/read/answer-query.ts'
import { viewRun } from '../../../src/page/read/run-view.ts'
import { withoutPlaces } from '../../../src/page/read/settings.ts'
import { lockRun } from '../../../src/run/run-lock.ts'
import { endRun, metricsLine, pageRun, text, writeStep } from '../../support/page-run.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let folder = ''
let run = ''
let reader: Reader
beforeEach(async () => {
  folder = await tempFolder()
  run = await pageRun(join(folder, 'one'))
  reader = openReader([viewRun({ name: 'one', folder: run })])
})

const asked = (query: Record<string, string | number> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries({ run: 0, ...query }).map(([key, value]) => [key, String(value)]))

describe('the summary of a run', () => {
  it('tells its state, as files and lock have it', async () => {
    const state = async () => (await reader.answer('runs', {}))[0]
    expect(await state()).toMatchObject({ state: 'interrupted', steps: 5, planned: 5, reward: 'majority', seed: 0 })
    await endRun(run)
    expect(await state()).toMatchObject({ state: 'ended', modelOfStep: 5, why: null })
    await endRun(run, 'guard kl: 0.5 is above 0.3')
    expect(await state()).toMatchObject({ state: 'ended early', why: 'guard kl: 0.5 is above 0.3' })
    const release = await lockRun(run)
    expect(await state()).toMatchObject({ state: 'going on', why: null, modelOfStep: null })
    await release()
    expect(await state()).toMatchObject({
      accuracy: { first: 0.4, last: 0.65, best: 0.65 },
      has: { proposals: true, rollouts: true, trace: false },
    })
  })

  it('is there before the run is', async () => {
    const early = openReader([viewRun({ name: 'later', folder: join(folder, 'later') })])
    expect(await early.answer('runs', {})).toMatchObject([
      { name: 'later', state: 'waiting', steps: 0, accuracy: null },
    ])
    await pageRun(join(folder, 'later'), { steps: 1 })
    expect(await early.answer('runs', {})).toMatchObject([{ steps: 1, state: 'interrupted' }])
  })
})

describe('curves', () => {
  it('have the values of the file, and grow with it', async () => {
    const curves = () => reader.answer('curves', asked({ keys: 'reward.mean,none' }))
    expect(await curves()).toMatchObject({
      steps: [0, 1, 2, 3, 4, 5],
      values: { 'reward.mean': [null, 0.1, 0.2, 0.3, 0.4, 0.5], none: Array(6).fill(null) },
      thinned: false,
    })
    await writeStep(run, 6)
    expect((await curves()).steps.at(-1)).toBe(6)
  })

  it('start again where a resumed run has taken steps back', async () => {
    const before = await reader.answer('curves', asked({ keys: 'reward.mean' }))
    await rm(join(run, 'metrics.jsonl'))
    await writeFile(join(run, 'metrics.jsonl'), text([metricsLine(0), metricsLine(1)]))
    const after = await reader.answer('curves', asked({ keys: 'reward.mean' }))
    expect(after.steps).toEqual([0, 1])
    expect(after.generation).toBeGreaterThan(before.generation)
  })

  it('of many steps keep every spike', async () => {
    const lines = Array.from({ length: 30_000 }, (_, step) => ({
      step,
      loss: step === 12_345 ? 99 : step === 20_000 ? -99 : 1,
    }))
    await writeFile(join(run, 'metrics.jsonl'), text(lines))
    const { steps, values, thinned } = await reader.answer('curves', asked({ keys: 'loss' }))
    expect(thinned).toBe(true)
    expect(steps.length).toBeLessThanOrEqual(2002)
    expect([steps[0], steps.at(-1)]).toEqual([0, 29_999])
    expect(values.loss).toContain(99)
    expect(values.loss).toContain(-99)
    expect([...steps].sort((a, b) => a - b)).toEqual(steps)
  })
})

it('guards are played over the metrics by the rules of the run', async () => {
  const guards = await reader.answer('guards', asked())
  expect(guards.find(({ name }) => name === 'kl')).toMatchObject({
    ...{ key: 'kl.mean', above: 0.3, steps: 2, action: 'log', latest: 0.5, latestStep: 5, streak: 3, trips: [4] },
  })
  expect(guards.find(({ name }) => name === 'entropy')).toMatchObject({ latest: null, streak: 0, trips: [] })
  expect(guards).toHaveLength(16)
})

describe('settings', () => {
  it('name what differs, and no folder of the machine', async () => {
    const other = await pageRun(join(folder, 'two'), { lr: 0.01 })
    const both = openReader([run, other].map((each) => viewRun({ name: each, folder: each })))
    const rows = await both.answer('settings', { runs: '0,1' })
    expect(rows.filter(({ differs }) => differs).map(({ key, values }) => [key, values])).toEqual([
      ['optimizer.lr', ['0.001', '0.01']],
    ])
    expect(JSON.stringify(rows)).not.toMatch(/home|someone|secret/)
    expect(rows.find(({ key }) => key === 'model.path')?.values).toEqual(['…/demo-model', '…/demo-model'])
  })

  it('tell two places of one name apart', async () => {
    const other = await pageRun(join(folder, 'two'))
    await writeFile(join(other, 'config.yaml'), 'model:\n  path: /srv/demo-model\n')
    const both = openReader([run, other].map((each) => viewRun({ name: each, folder: each })))
    const row = (await both.answer('settings', { runs: '0,1' })).find(({ key }) => key === 'model.path')
    expect(row).toMatchObject({ values: ['…/demo-model', '…/demo-model (another place)'], differs: true })
  })

  it.each([
    ['/a/b/c.jsonl', '…/c.jsonl'],
    ['/a/b/', '…/b/'],
    ['~/models/x', '…/x'],
    ['C:\\models\\x', '…/x'],
    ['\\\\server\\share\\x', '…/x'],
    [
      ['/a/b', { path: '/c/d/e' }],
      ['…/b', { path: '…/e' }],
    ],
    ['runs/x', 'runs/x'],
    ['a text with 1/2 in it', 'a text with 1/2 in it'],
    [null, null],
    [0.5, 0.5],
  ])('shorten %j to %j', (value, shown) => {
    expect(withoutPlaces(value)).toEqual(shown)
  })
})

describe('proposals', () => {
  const texts = async (query: Record<string, string | number>) =>
    (await reader.answer('proposals', asked(query))).rows.map(({ id }) => id)

  it('are found by step, verdict and text', async () => {
    expect(await texts({})).toHaveLength(10)
    expect(await texts({ step: 2 })).toEqual(['step2-0-0', 'step2-0-1'])
    expect(await texts({ step: 2, verdict: 'accepted' })).toEqual(['step2-0-0'])
    expect(await texts({ verdict: 'rejected' })).toHaveLength(5)
    expect(await texts({ verdict: 'has-answer', text: 'IS 3 PLUS' })).toEqual(['step3-0-1'])
    expect(await texts({ step: 99 })).toEqual([])
  })

  it('come in pages', async () => {
    for (let step = 6; step <= 40; step++) await writeStep(run, step)
    const first = await reader.answer('proposals', asked())
    expect([first.rows.length, first.next, first.total]).toEqual([50, 50, 80])
    const second = await reader.answer('proposals', asked({ from: first.next! }))
    expect([second.rows.length, second.next]).toEqual([30, null])
  })

  it('lead to their seeds, and to where they were answered', async () => {
    const proposal = await reader.answer('proposal', asked({ id: 'step3-0-0' }))
    expect(proposal).toMatchObject({
      ...{ verdict: 'accepted', rougeL: 0.42, nearest: 'How many apples are in 3 bags of 4?' },
      answered: [{ step: 3, line: 0 }],
      ancestry: [
        { id: 'seed-1', from: 'seed', text: 'How many apples are in 3 bags of 4?', examples: [] },
        { id: 'step1-0-0', from: 'model', examples: [{ id: 'seed-1' }] },
      ],
    })
    await expect(reader.answer('proposal', asked({ id: 'step3-0-9' }))).rejects.toThrow(NotFound)
    await expect(reader.answer('proposal', asked({ id: '../../config' }))).rejects.toThrow(NotFound)
  })

  it('of a run that goes in circles do not go on for ever', async () => {
    const lines = ['a', 'b'].map((_, i) => ({
      ...{ step: 7, id: `step7-0-${i}`, text: 'x', kept: true, reason: null },
      examples: Array(20).fill(`step7-0-${1 - i}`),
    }))
    await appendFile(join(run, 'instructions.jsonl'), text(lines))
    const proposal = await reader.answer('proposal', asked({ id: 'step7-0-0' }))
    expect(JSON.stringify(proposal).length).toBeLessThan(50_000)
  })
})

describe('groups', () => {
  it('are listed by step', async () => {
    expect(await reader.answer('steps', asked())).toEqual([1, 2, 3, 4, 5].map((step) => ({ step, groups: 2 })))
    const { rows, next } = await reader.answer('groups', asked({ step: 2 }))
    expect(next).toBeNull()
    expect(rows[0]).toMatchObject({ line: 0, verdict: 'kept', votes: [3, 1], margin: 2, classes: 2, responses: 4 })
  })

  it('have every answer, its vote, and the advantage of each token', async () => {
    const group = await reader.answer('group', asked({ step: 2, line: 0 }))
    expect(group).toMatchObject({
      trainedAt: 2,
      recorded: true,
      tally: [
        { answer: '12', votes: 3 },
        { answer: '7', votes: 1 },
      ],
    })
    expect(group.answers.map(({ answer, reward }) => [answer, reward])).toEqual([
      ['12', 1],
      ['12', 1],
      ['7', 0],
      ['12', 1],
    ])
    expect(group.answers[1]).toMatchObject({
      tokens: ['It', ' is \\boxed{', '12', '}.'],
      advantages: [0.5, null, 0.5, 0.5],
    })
    expect(group.answers[3]).toMatchObject({ tokens: null, advantages: null })
  })

  it('trained on in a later step are found there', async () => {
    await rm(join(run, 'trained'), { recursive: true })
    await mkdir(join(run, 'trained'))
    const line = { step: 4, id: 'step2-0-0', sampled: 2, responses: [{ index: 0, tokens: ['a'], advantages: [1] }] }
    await writeFile(join(run, 'trained', 'step-000004.jsonl'), text([line]))
    expect(await reader.answer('group', asked({ step: 2, line: 0 }))).toMatchObject({ trainedAt: 4 })
    expect(await reader.answer('group', asked({ step: 3, line: 0 }))).toMatchObject({ trainedAt: null, recorded: true })
  })

  it('of an older run say that advantages were not recorded', async () => {
    await rm(join(run, 'trained'), { recursive: true })
    expect(await reader.answer('group', asked({ step: 2, line: 0 }))).toMatchObject({
      trainedAt: null,
      recorded: false,
    })
  })

  it('of lines that are cut, foreign or not there are left out', async () => {
    await appendFile(join(run, 'rollouts', 'step-000002.jsonl'), '{"step":2,"id":"x"}\nnot JSON\n{"step":2,')
    expect((await reader.answer('groups', asked({ step: 2 }))).rows).toHaveLength(2)
    await expect(reader.answer('group', asked({ step: 2, line: 2 }))).rejects.toThrow(NotFound)
    await expect(reader.answer('group', asked({ step: 99, line: 0 }))).rejects.toThrow(NotFound)
  })

  it('of huge texts are cut', async () => {
    const response = { text: 'x'.repeat(100_000), answer: '1', reward: 1, newTokens: 9, finishReason: 'length' }
    const huge = {
      ...{ step: 9, id: 'a', text: 'y'.repeat(100_000), source: 'seed', verdict: 'kept', rewardMean: 1, majority: '1' },
      ...{ majorityShare: 1, classes: 1, responses: [response] },
    }
    await writeFile(join(run, 'rollouts', 'step-000009.jsonl'), text([huge]))
    const group = await reader.answer('group', asked({ step: 9, line: 0 }))
    expect([group.text.length, group.answers[0]!.text.length, group.answers[0]!.isCut, group.votes]).toEqual([
      ...[16_000, 16_000, true],
      null,
    ])
  })
})

it('reads a trace that is whole, and one that is still written', async () => {
  expect(await reader.answer('trace', asked())).toBeNull()
  const event = (name: string, ts: number, dur: number) =>
    JSON.stringify({ name, ph: 'X', ts, dur, pid: 1, tid: 1, args: {} })
  const events = [
    event('rollout', 0, 4e6),
    event('engine.generate', 0, 3e6),
    event('step 1', 0, 9e6),
    event('step 2', 9e6, 1e6),
  ]
  const growing = `{"displayTimeUnit":"ms","traceEvents":[\n{"name":"process_name","ph":"M"},\n${events.join(',\n')}`
  await writeFile(join(run, 'trace.json.tmp-12'), `${growing},\n{"name":"st`)
  const early = await reader.answer('trace', asked())
  expect(early?.isWhole).toBe(false)
  await writeFile(join(run, 'trace.json'), `${growing}\n]}\n`)
  expect(await reader.answer('trace', asked())).toEqual({
    isWhole: true,
    totals: [
      { name: 'step', count: 2, seconds: 10 },
      { name: 'rollout', count: 1, seconds: 4 },
      { name: 'engine.generate', count: 1, seconds: 3 },
    ],
    stages: [
      { name: 'step 1', from: 0, seconds: 9, depth: 0 },
      { name: 'rollout', from: 0, seconds: 4, depth: 1 },
      { name: 'step 2', from: 9, seconds: 1, depth: 1 },
    ].map((stage) => (stage.name === 'step 2' ? { ...stage, depth: 0 } : stage)),
  })
})

it.each([
  ['curves', { run: '0' }],
  ['curves', { run: '1e3', keys: 'loss' }],
  ['curves', { run: '-1', keys: 'loss' }],
  ['groups', { run: '0', step: '../../x' }],
  ['groups', { run: '0', step: '99999999999' }],
  ['settings', { runs: '0,x' }],
  ['proposals', { run: '0', text: 'x'.repeat(300) }],
  ['guards', { run: '0', path: '/etc/passwd' }],
] as const)('refuses the query %s %j', async (name, params) => {
  await expect(reader.answer(name, params as unknown as Record<string, string>)).rejects.toThrow(BadQuery)
})
