import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { readGolden } from '../support/goldens.ts'
import { tempFolder } from '../support/temp-folder.ts'

// The commands as a user runs them: one process each, the compiled program, the real engine.

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const golden = join(root, 'test/fixtures/golden/qwen2-sharded')

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(root, 'bin/serl.js'), ...args], { cwd: root })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  return { child, ended }
}

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await start(args).ended
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

const jsonl = async (path: string): Promise<Record<string, unknown>[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

let dir: string
beforeAll(async () => {
  dir = await tempFolder()
})

describe('score and generate', () => {
  const expected = readGolden(golden)

  it('score gives the log-probs that transformers gives', async () => {
    const input = join(dir, 'texts.jsonl')
    await writeFile(input, expected.sequences.map((tokens) => JSON.stringify({ tokens })).join('\n'))
    await succeed('score', '--model', golden, '--input', input, '--output', join(dir, 'scores.jsonl'), '--quiet')
    const scores = (await jsonl(join(dir, 'scores.jsonl'))) as { logprobs: number[] }[]
    for (const [i, { logprobs }] of scores.entries()) {
      const gaps = logprobs.map((value, t) => Math.abs(value - expected.logprobs[i]![t]!))
      expect(Math.max(...gaps)).toBeLessThan(2e-4)
      expect(logprobs.length).toBe(expected.logprobs[i]!.length)
    }
  })

  it('generate gives the greedy tokens that transformers gives, and a summary', async () => {
    const input = join(dir, 'prompt.jsonl')
    await writeFile(input, JSON.stringify({ tokens: expected.greedy.prompt }))
    const output = join(dir, 'samples.jsonl')
    const flags = ['--temperature', '0', '--max-new-tokens', '24', '--ignore-eos', '--json']
    const stdout = await succeed('generate', '--model', golden, '--input', input, '--output', output, ...flags)
    const summary = JSON.parse(stdout) as Record<string, number>
    expect(summary).toMatchObject({
      prompts: 1,
      samples: 1,
      promptTokens: expected.greedy.prompt.length,
      newTokens: 24,
    })
    expect(summary.newTokensPerSecond).toBeGreaterThan(0)
    const [sample] = await jsonl(output)
    expect(sample).toMatchObject({
      index: 0,
      sample: 0,
      text: null,
      tokens: expected.greedy.tokens,
      finishReason: 'length',
    })
  })
})

describe('Ctrl-C after the last output', () => {
  it.each([0, 2, 5, 10])('%d ms after it, while libtorch is unloaded, the command has succeeded', async (delay) => {
    const input = join(dir, 'short.jsonl')
    await writeFile(input, JSON.stringify({ tokens: [1, 2, 3] }))
    const flags = ['--max-new-tokens', '2', '--output', join(dir, 'short-out.jsonl')]
    const { child, ended } = start(['generate', '--model', golden, '--input', input, ...flags])
    child.stderr!.on('data', (text) => {
      if (String(text).includes('1 samples')) setTimeout(() => child.kill('SIGINT'), delay)
    })
    expect((await ended).code).toBe(0)
  })
})

describe('a forecast', () => {
  it('of the demonstration hopes for what its votes know', async () => {
    const found = JSON.parse(await succeed('forecast', 'demo', '--questions', '48', '--json'))
    expect(found).toMatchObject({ questions: 48, samples: 8, cutOff: expect.any(Number) })
    expect(found.known.vote.mean - found.known.single.mean).toBeGreaterThan(0.2)
    expect(found.verdicts.kept).toBeGreaterThan(8)
    expect(found.verdict[0]).toMatch(/^Training can hope for about [789]\d %/)
  })

  it('with a limit that is too short says so', async () => {
    const text = await succeed('forecast', 'demo', '--set', 'rollout.maxNewTokens=8')
    expect(text).toMatch(/The limit is too short: \d+ % of the responses are cut off at rollout\.maxNewTokens = 8/)
  })
})

describe('training the demonstration', () => {
  const steps = 3
  const small = [
    '--set',
    'eval.limit=40',
    '--set',
    'eval.sets={path: seeds/demo-heldout.jsonl, name: sampled, limit: 10, samples: 2}',
    '--set',
    'checkpoint.every=1',
    '--set',
    'checkpoint.keep=9',
    '--steps',
    String(steps),
  ]
  const train = (out: string, ...more: string[]): string[] => ['train', 'demo', '--out', out, ...small, ...more]
  const withoutSeconds = (lines: Record<string, unknown>[]) =>
    lines.map((line) => Object.fromEntries(Object.entries(line).filter(([key]) => !key.startsWith('seconds'))))
  let whole: string
  beforeAll(async () => {
    whole = join(dir, 'whole')
    const summary = JSON.parse(await succeed(...train(whole, '--json'))) as Record<string, number>
    expect(summary.steps).toBe(steps)
  })

  it('raises held-out accuracy without labels', async () => {
    const lines = await jsonl(join(whole, 'metrics.jsonl'))
    expect(lines.map((line) => line.step)).toEqual([0, 1, 2, 3])
    const [before, after] = [lines[0]!['eval.accuracy'] as number, lines.at(-1)!['eval.accuracy'] as number]
    expect(before).toBeLessThan(0.6)
    expect(after).toBeGreaterThan(0.75)
  })

  it('evaluates a further set, several times per question', async () => {
    const lines = (await jsonl(join(whole, 'evaluations.jsonl'))).filter(({ set }) => set === 'sampled')
    expect(lines.map(({ step, questions, samples }) => [step, questions, samples])).toEqual(
      [0, 1, 2, 3].map((step) => [step, 10, 2]),
    )
    for (const line of lines) expect(line.passAtK).toBeGreaterThanOrEqual(line.majorityAtK as number)
    expect(lines.at(-1)!.accuracy).toBeGreaterThan(lines[0]!.accuracy as number)
  })

  it('logs that sampling and training agree up to rounding', async () => {
    for (const line of (await jsonl(join(whole, 'metrics.jsonl'))).slice(1)) {
      expect(line['mismatch.max']).toBeLessThan(1e-3)
      expect(line['mismatch.mean']).toBeLessThan(1e-4)
    }
  })

  it('ends with a command that works, and uses the prompts of the run', async () => {
    const out = join(dir, 'told')
    const text = await succeed('train', 'demo', '--out', out, '--steps', '1', '--set', 'eval.limit=4')
    const command = /sample from the model +npx serl (generate .*)$/m.exec(text)![1]!
    expect(command).toContain('--limit 3')
    const { stdout } = await run('bash', ['-c', `"${process.execPath}" bin/serl.js ${command} --limit 40 --quiet`], {
      cwd: root,
    })
    const responses = stdout.split('\n--- response 1: ').slice(1)
    expect(responses).toHaveLength(40)
    // without the suffix the model continues the question instead of answering
    expect(responses.filter((text) => /\\boxed\{-?\d+\}/.test(text)).length).toBeGreaterThan(35)
    expect(responses.filter((text) => text.includes('cut off')).length).toBeLessThan(5)
  })

  it('says where the run is and how to continue when it finds nothing to train on', async () => {
    const out = join(dir, 'nothing')
    const none = ['--set', 'filter.minWords=90', '--set', 'instruct.maxRounds=1', '--set', 'eval.path=null', '--quiet']
    const { code, stderr } = await start(['train', 'demo', '--out', out, ...none]).ended
    expect(code).toBe(2)
    expect(stderr).toContain('no new question was accepted')
    expect(stderr).toContain(`The run is in ${out}. Continue it, for instance: npx serl train --resume --out ${out}`)
    await succeed('train', '--resume', '--out', out, '--steps', '1', '--set', 'filter.minWords=3', '--quiet')
    expect((await jsonl(join(out, 'metrics.jsonl'))).at(-1)).toMatchObject({ step: 1 })
  })

  it('leaves a checkpoint that can be opened', async () => {
    const input = join(dir, 'question.jsonl')
    await writeFile(
      input,
      JSON.stringify({ prompt: 'Maya has 12 apples. Owen brings 4 more. How many apples are there?\n' }),
    )
    const output = join(dir, 'answer.jsonl')
    const flags = ['--raw', '--temperature', '0', '--max-new-tokens', '60', '--quiet']
    await succeed('generate', '--model', join(whole, 'final'), '--input', input, '--output', output, ...flags)
    const [answer] = await jsonl(output)
    expect(answer!.text).toMatch(/\\boxed\{\d+\}/)
    expect(answer!.finishReason).toBe('stop')
  })

  it('killed in the middle and resumed, it equals an uninterrupted run, bit for bit', async () => {
    const out = join(dir, 'killed')
    const { child, ended } = start(train(out))
    while (!existsSync(join(out, 'checkpoints/step-000001/trainer/state.json'))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(child.exitCode).toBeNull()
    }
    await new Promise((resolve) => setTimeout(resolve, 300)) // into the second step
    child.kill('SIGKILL')
    expect((await ended).code).toBeNull()
    await succeed('train', '--resume', '--out', out, '--quiet')
    expect(withoutSeconds(await jsonl(join(out, 'metrics.jsonl')))).toEqual(
      withoutSeconds(await jsonl(join(whole, 'metrics.jsonl'))),
    )
    expect(withoutSeconds(await jsonl(join(out, 'evaluations.jsonl')))).toEqual(
      withoutSeconds(await jsonl(join(whole, 'evaluations.jsonl'))),
    )
    expect(await jsonl(join(out, 'instructions.jsonl'))).toEqual(await jsonl(join(whole, 'instructions.jsonl')))
    for (const name of await readdir(join(whole, 'final'))) {
      const [a, b] = await Promise.all([whole, out].map((run) => readFile(join(run, 'final', name))))
      expect(a!.equals(b!), name).toBe(true)
    }
  })
})

describe('training with controls', () => {
  it('stops at Ctrl-C, goes on where it stopped, and compares the arms', async () => {
    const out = join(dir, 'controls')
    const small = ['--steps', '1', '--set', 'eval.limit=40', '--set', 'checkpoint.every=1', '--control-seeds', '0,1']
    const { child, ended } = start(['train', 'demo', '--controls', 'frozen-vote', '--out', out, ...small])
    while (!existsSync(join(out, 'frozen-vote/seed-0/config.yaml'))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(child.exitCode).toBeNull()
    }
    child.kill('SIGINT')
    const stopped = await ended
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain(`Continue with: npx serl train --resume --out ${out}\n`)
    const finished = await readFile(join(out, 'vote/seed-0/metrics.jsonl'), 'utf8')
    const found = JSON.parse(await succeed('train', '--resume', '--out', out, '--json'))
    expect(await readFile(join(out, 'vote/seed-0/metrics.jsonl'), 'utf8')).toBe(finished) // not repeated
    expect(found).toMatchObject({ run: out, controls: ['frozen-vote'], seeds: [0, 1], heldOut: 40 })
    const [vote, frozen] = found.result.arms
    expect(vote.before).toBe(frozen.before)
    // both learn from votes of the model, and in one step from votes of the same one
    for (const { before, after } of [vote, frozen]) expect(after).toBeGreaterThan(before + 0.1)
    expect(await readFile(join(out, 'controls.md'), 'utf8')).toContain('| vote minus | seed 0 | seed 1 | mean |')
  })
})

describe('sft', () => {
  it('lowers the loss of what it is shown and writes a checkpoint', async () => {
    const data = join(dir, 'documents.jsonl')
    const line = JSON.stringify({ prompt: 'What is the colour of the sky?\n', response: 'The sky is blue.' })
    await writeFile(data, Array(32).fill(line).join('\n'))
    const model = join(root, 'seeds/demo-model')
    const score = async (folder: string, name: string): Promise<number> => {
      const output = join(dir, name)
      await succeed('score', '--model', folder, '--input', data, '--output', output, '--quiet')
      const [{ logprobs }] = (await jsonl(output)) as [{ logprobs: number[] }]
      return logprobs.reduce((sum, value) => sum + value, 0)
    }
    const out = join(dir, 'tuned')
    await succeed('sft', '--model', model, '--data', data, '--out', out, '--lr', '1e-3', '--epochs', '10', '--quiet')
    expect(await score(out, 'after.jsonl')).toBeGreaterThan((await score(model, 'before.jsonl')) / 2)
  })
})
