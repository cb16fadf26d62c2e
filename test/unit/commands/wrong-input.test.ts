import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../../src/cli.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

let folder: string
let said: string
beforeEach(async () => {
  folder = await tempFolder()
  said = ''
  for (const stream of [process.stderr, process.stdout]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Runs a command line; what it prints is in `said`. */
const serl = (...argv: string[]): Promise<number> => main(argv)

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

/** Exit 2, one message, no stack. */
const refused = async (code: Promise<number>, message: RegExp): Promise<void> => {
  expect(await code).toBe(2)
  expect(said).toMatch(message)
  expect(said).not.toMatch(/\n\s+at /)
}

const questions = '{"problem":"How much is 1 + 1?","answer":"2"}\n'

describe('flags', () => {
  it.each([
    [['train', '--stpes', '3'], /unknown option '--stpes'[\s\S]*--steps/],
    [['trian'], /unknown command 'trian'[\s\S]*train/],
    [['train', '--steps', 'many'], /'--steps <n>' argument 'many' is invalid. Expected a whole number of at least 1/],
    [['train', '--steps', '0'], /Expected a whole number/],
    [['train', '--device', 'gpu'], /Expected cpu, cuda or cuda:N/],
    [['train', '--dtype', 'float16'], /Expected float32, bfloat16 or auto/],
    [['train', 'a.yaml', 'b.yaml'], /too many arguments/],
    [['generate', '--model', 'm'], /required option '--input <file>'/],
    [['generate', '--model', 'm', '--input', 'i', '--top-p', '2'], /Expected a number above 0, at most 1/],
    [['grade', '--input', 'i', '--output', 'o', '--answers', 'guess'], /--answers guess: expected one of math/],
    [['train', '--resume'], /--resume needs --out RUN/],
  ])('%j', (argv, message) => refused(serl(...argv), message))

  it('shows help and version with exit 0', async () => {
    expect(await serl('--help')).toBe(0)
    expect(said).toMatch(/train[\s\S]*generate[\s\S]*score[\s\S]*sft[\s\S]*doctor/)
    expect(await serl('--version')).toBe(0)
    expect(await serl()).toBe(0)
  })
})

describe('model folders', () => {
  const score = async (model: string): Promise<number> =>
    serl('score', '--model', model, '--input', await file('in.jsonl', '{"tokens":[1,2,3]}\n'))

  it('that are missing or empty', async () => {
    await refused(score(join(folder, 'none')), /none/)
    await mkdir(join(folder, 'empty'))
    await refused(score(join(folder, 'empty')), /empty.*config\.json/)
  })

  it('of an unknown architecture or rope type', async () => {
    await refused(
      score(await tinyCheckpoint({ architectures: ['GPT2LMHeadModel'], model_type: 'gpt2' })),
      /GPT2LMHeadModel/,
    )
    await refused(score(await tinyCheckpoint({ rope_scaling: { rope_type: 'spiral', factor: 2 } })), /spiral/)
  })

  it('whose weights are missing, cut short, or of another shape', async () => {
    const model = await tinyCheckpoint()
    await truncate(join(model, 'model.safetensors'), 3000)
    await refused(score(model), /model\.safetensors/)
    await refused(score(await tinyCheckpoint({ hidden_size: 8, head_dim: 8 })), /embed_tokens\.weight[\s\S]*260/)
    await refused(score(await tinyCheckpoint({ num_hidden_layers: 2 })), /model\.layers\.1\./)
  })

  it('without a tokenizer, where text must become tokens', async () => {
    const model = await tinyCheckpoint()
    const input = await file('in.jsonl', '{"tokens":[1]}\n{"prompt":"a","response":"b"}\n')
    await refused(serl('score', '--model', model, '--input', input), /in\.jsonl:2: text needs a tokenizer/)
    const seeds = await file('seeds.jsonl', questions)
    await refused(serl('train', '--dry-run', '--model', model, '--seeds', seeds), /no tokenizer\.json/)
  })
})

describe('input lines', () => {
  it.each([
    ['{"tokens":[1,2]}\nnot json\n', /in\.jsonl:2: not a line of JSON/],
    ['', /in\.jsonl is empty/],
    ['{"tokens":[]}', /in\.jsonl:1: "tokens" must be a list/],
    ['{"tokens":[1,260]}', /in\.jsonl:1: 260 is no token id: the model has 0 to 259/],
    ['{"tokens":[1,"a"]}', /in\.jsonl:1: "a" is no token id/],
    ['{"text":"a"}', /in\.jsonl:1: expected \{"tokens"/],
    ['3', /in\.jsonl:1: expected a JSON object/],
    [`{"tokens":[${Array(65).fill(1)}]}`, /sequence 0 has 65 tokens; the model has 64 positions/],
  ])('%s', async (text, message) => {
    const input = await file('in.jsonl', text)
    const output = await file('out.jsonl', 'precious')
    await refused(serl('score', '--model', await tinyCheckpoint(), '--input', input, '--output', output), message)
    expect(await readFile(output, 'utf8')).toBe('precious')
  })

  it('that are not there', async () => {
    const model = await tinyCheckpoint()
    await refused(
      serl('generate', '--model', model, '--input', join(folder, 'none.jsonl')),
      /none\.jsonl: there is no such file/,
    )
  })

  it('too long for the tokens asked for', async () => {
    const input = await file('in.jsonl', '{"tokens":[1,2,3]}')
    const argv = ['generate', '--model', await tinyCheckpoint(), '--input', input, '--max-new-tokens', '62']
    await refused(serl(...argv), /prompt 0 has 3 tokens, and with --max-new-tokens 62 the model's 64 positions/)
  })
})

describe('train', () => {
  const train = async (...argv: string[]): Promise<number> =>
    serl('train', '--model', await tinyCheckpoint(), '--out', join(folder, 'run'), ...argv)

  it('without seed questions, or with bad ones', async () => {
    await refused(train(), /no seed questions: give --seeds/)
    await refused(train('--seeds', join(folder, 'none.jsonl')), /none\.jsonl: there is no such file/)
    await refused(train('--seeds', await file('empty.jsonl', '')), /empty\.jsonl is empty/)
    await refused(
      train('--seeds', await file('bad.jsonl', `${questions}{"answer":"2"}\n`)),
      /bad\.jsonl:2: no question/,
    )
  })

  it('with unknown settings or wrong types', async () => {
    await refused(train('--set', 'rollout.tempratur=1'), /--set: unknown config key rollout\.tempratur; did you mean/)
    await refused(train('--set', 'rollout.topP=x'), /rollout\.topP = "x": expected number/)
    await refused(serl('train', join(folder, 'none.yaml')), /no config file .*none\.yaml/)
    await refused(
      serl('train', await file('a.yaml', 'kl:\n  coeff: 1\n')),
      /a\.yaml: unknown config key kl\.coeff; did you mean kl\.coef/,
    )
  })

  it('into a folder that holds something, without touching it', async () => {
    const seeds = await file('seeds.jsonl', questions)
    await mkdir(join(folder, 'run'))
    await file(join('run', 'thesis.tex'), 'precious')
    await refused(train('--seeds', seeds), /run is not empty \(it holds thesis\.tex\)/)
    expect(await readdir(join(folder, 'run'))).toEqual(['thesis.tex'])
  })

  it('--resume where there is no run', async () => {
    const seeds = await file('seeds.jsonl', questions)
    await refused(train('--seeds', seeds, '--resume'), /--resume: .*run holds no run/)
    await refused(serl('train', '--resume', '--out', join(folder, 'none')), /--resume: .*none holds no run/)
    expect(await readdir(folder)).toEqual(['seeds.jsonl'])
  })

  it('by rule without answers', async () => {
    const seeds = await file('seeds.jsonl', `${questions}{"problem":"And 2 + 2?"}\n`)
    const rule = ['--set', 'reward.kind=rule', '--set', 'instruct.source=given']
    await refused(train('--seeds', seeds, ...rule), /seeds\.jsonl:2: no "answer"/)
  })
})

describe('sft', () => {
  it('refuses an --out that holds something', async () => {
    const data = await file('data.jsonl', '{"text":"a"}\n')
    await refused(
      serl('sft', '--model', await tinyCheckpoint(), '--data', data, '--out', folder),
      /--out .* is not empty/,
    )
  })
})

const run = (...argv: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, argv, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }))
  })

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

describe('as a process', () => {
  it('says what to run first where nothing is built', async () => {
    vi.restoreAllMocks()
    await cp(path('../../../bin'), join(folder, 'bin'), { recursive: true })
    await file('package.json', '{"type":"module"}')
    for (const bin of ['serl.js', 'serl-train.js']) {
      const result = await run(join(folder, 'bin', bin))
      expect(result).toEqual({ code: 2, stdout: '', stderr: 'serl: not built yet: run `npm run build:native` first\n' })
    }
  })

  it('exits with the code, and prints nothing on stdout', async () => {
    vi.restoreAllMocks()
    const script = path('../../support/run-cli.ts')
    const result = await run('--import', 'tsx', script, 'score', '--model', join(folder, 'none'), '--input', 'x')
    expect(result.code).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(/^serl: .*none/)
  })
})
