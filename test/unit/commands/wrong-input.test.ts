import { mkdir, readdir, readFile, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { inputsOf } from '../../../src/commands/train/open-for-training.ts'
import { type Config, configSchema, pathKeys } from '../../../src/config/schema.ts'
import { commandTrial } from '../../support/command-trial.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

const trial = commandTrial()
const { serl, file, refused, said } = trial

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const questions = '{"problem":"How much is 1 + 1?","answer":"2"}\n'

describe('flags', () => {
  it.each([
    [['train', '--stpes', '3'], /unknown option '--stpes'[\s\S]*--steps/],
    [['trian'], /unknown command 'trian'[\s\S]*train/],
    [['train', '--steps', 'many'], /'--steps <n>' argument 'many' is invalid. Expected a whole number from 1 to/],
    [['train', '--steps', '0'], /Expected a whole number/],
    [['train', '--device', 'gpu'], /Expected cpu, cuda or cuda:N; did you mean cuda\?/],
    [
      ['train', '--dtype', 'float16'],
      /Expected float32, bfloat16 or auto; float16 is not supported: did you mean bfloat16\?/,
    ],
    [['train', '--dtype', 'fp32'], /did you mean float32\?/],
    [['generate', '--model', 'm', '--input', 'i', '--dtype', 'half'], /float16 is not supported/],
    [['train', 'a.yaml', 'b.yaml'], /too many arguments/],
    [['train', '--set', 'kl.coef', '0.1'], /--set kl\.coef: expected group\.key=value, in one word/],
    [['train', '--set', '=1'], /expected group\.key=value/],
    [['TRAIN'], /unknown command 'TRAIN'; did you mean train\?/],
    [['help', 'trian'], /unknown command 'trian'; did you mean train\?/],
    [['help', 'nonsense'], /unknown command 'nonsense'; the commands are train, init, forecast, runs, /],
    [['nonsense', '--help'], /unknown command 'nonsense'/],
    [['eval', '--model', 'm'], /required option '--data <set\.\.\.>' not specified/],
    [
      ['compare', '--data', 'h.jsonl', 'm1', 'm2'],
      /nothing to compare: .*--data has taken h\.jsonl m1 m2: models come before/,
    ],
    [['compare'], /nothing to compare: name two models or results, or a run$/m],
    [
      ['sft', '--model', 'm', '--data', 'd', '--out', 'o', '--steps', '1', '--epochs', '2'],
      /--steps and --epochs both say/,
    ],
    [['sft', '--model', 'm', '--data', 'd', '--out', 'o', '--schedule', 'foo'], /Expected constant, linear or cosine/],
    [['sft', '--model', 'm', '--data', 'd', '--out', 'o', '--beta1', '1'], /Expected a number of at least 0, below 1/],
    [
      ['generate', '--model', 'm', '--input', 'i', '--temperature', '1e-5'],
      /Expected 0 \(greedy\), or a number of at least/,
    ],
    [
      ['train', '--learning_rate', '1e-5'],
      /option '--learning_rate'\nDid you mean --set optimizer\.lr=\.\.\.\? \(docs\/coming/,
    ],
    [['train', '--lr=1e-5'], /Did you mean --set optimizer\.lr=/],
    [['train', '--num_train_epochs', '2'], /Did you mean --set update\.epochs=/],
    [['train', '--per_device_train_batch_size', '2'], /Did you mean --set update\.sequencesPerStep=/],
    [['train', '--model_name_or_path', 'm'], /Did you mean --model\? /],
    [['train', '--config', 'a.yaml'], /Give the config file without an option: serl train FILE\.yaml/],
    [['train', '--dry_run'], /Did you mean --dry-run\?\n/],
    [['generate', '--model', 'm', '--input', 'i', '--max_new_tokens', '2'], /Did you mean --max-new-tokens\?\n/],
    [['sft', '--model', 'm', '--data', 'd', '--out', 'o', '--learning_rate', '1'], /Did you mean --lr\? /],
    [['sft', '--model', 'm', '--data', 'd', '--out', 'o', '--num_train_epochs', '1'], /Did you mean --epochs\? /],
    [['generate', '--model', 'm'], /required option '--input <file>'/],
    [['generate', '--model', 'm', '--input', 'i', '--top-p', '2'], /Expected a number above 0, at most 1/],
    [['grade', '--input', 'i', '--output', 'o', '--answers', 'guess'], /--answers guess: expected one of math/],
    [
      ['generate', '--model', 'm', '--input', 'i', '--temperature', 'Infinity'],
      /Expected 0 \(greedy\), or a number of at least 0/,
    ],
    [['generate', '--model', 'm', '--input', 'i', '--n', '100000000000'], /Expected a whole number from 1 to 65536/],
    [['sft', '--model', 'm', '--data', 'd', '--out', 'o', '--lr', 'Infinity'], /Expected a number of at least 0/],
    [['train', '--threads', '1e9'], /Expected a whole number from 0 to 1024/],
    [['train', '--resume'], /--resume needs --out RUN/],
    [
      [...['instruct', '--model', 'm', '--seeds', 's', '--count', '1'], '--set', 'instruct.choose=thompson'],
      /instruct\.choose = thompson needs answers, and serl instruct answers no question: set instruct\.choose=uniform/,
    ],
    [
      [...['instruct', '--model', 'm', '--seeds', 's', '--count', '1'], '--set', 'instruct.retireAfter=9'],
      /instruct\.retireAfter = 9 needs answers, .*set instruct\.retireAfter=null/,
    ],
  ])('%j', (argv, message) => refused(serl(...argv), message))

  it('marks the required options of a command', async () => {
    expect(await serl('instruct', '--help')).toBe(0)
    const required = said()
      .split('\n')
      .filter((line) => line.includes('(required)'))
    expect(required.map((line) => line.trim().split(' ')[0])).toEqual(['--model', '--seeds', '--count'])
    trial.forget()
    expect(await serl('eval', '--help')).toBe(0)
    expect(said()).toMatch(/--data <set\.\.\.> [^-]*\(required\)/)
  })

  it('shows help and version with exit 0', async () => {
    expect(await serl('--help')).toBe(0)
    expect(said()).toMatch(/train[\s\S]*generate[\s\S]*score[\s\S]*sft[\s\S]*doctor/)
    expect(await serl('--version')).toBe(0)
    expect(await serl()).toBe(0)
  })
})

describe('an operand of train that is no config', () => {
  it('a model, seeds, a run: names the flag', async () => {
    const model = await tinyCheckpoint()
    await refused(serl('train', model), /is not a config file but the folder of a model: did you mean --model /)
    const seeds = await file('seeds.jsonl', questions)
    await refused(
      serl('train', seeds),
      /is not a config file but a file of lines: did you mean --seeds .*seeds\.jsonl\?/,
    )
    await file('config.yaml', 'preset: demo\n')
    await refused(serl('train', trial.folder), /the folder of a run: continue it with --resume --out/)
  })
})

describe('model folders', () => {
  it('that are the name of a model on the hub', async () => {
    const argv = ['--model', 'Nobody/Nothing-1B', '--seeds', path('../../../seeds/demo-seeds.jsonl')]
    const said = /models are not downloaded\. Fetch it first: hf download Nobody\/Nothing-1B --local-dir Nothing-1B/
    await refused(serl('train', ...argv), said)
    await refused(serl('generate', '--model', 'Nobody/Nothing-1B', '--input', 'x'), said)
    expect(await serl('doctor', '--model', 'Nobody/Nothing-1B')).toBe(2)
  })

  const score = async (model: string): Promise<number> =>
    serl('score', '--model', model, '--input', await file('in.jsonl', '{"tokens":[1,2,3]}\n'))

  it('that are missing or empty', async () => {
    await refused(score(join(trial.folder, 'none')), /none/)
    await mkdir(join(trial.folder, 'empty'))
    await refused(score(join(trial.folder, 'empty')), /empty.*config\.json/)
  })

  it('of an unknown architecture or rope type', async () => {
    await refused(
      score(await tinyCheckpoint({ architectures: ['GPT2LMHeadModel'], model_type: 'gpt2' })),
      /GPT2LMHeadModel/,
    )
    await refused(score(await tinyCheckpoint({ rope_scaling: { rope_type: 'spiral', factor: 2 } })), /spiral/)
  })

  it('whose weights are missing, truncated, or of another shape', async () => {
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
    ['{"tokens":[1,2]}\nnot json\n', /in\.jsonl:2: not valid JSON/],
    ['', /in\.jsonl is empty/],
    ['{"tokens":[]}', /in\.jsonl:1: "tokens" must be a list/],
    ['{"tokens":[1,260]}', /in\.jsonl:1: 260 is not a token id: the model has 0 to 259/],
    ['{"tokens":[1,"a"]}', /in\.jsonl:1: "a" is not a token id/],
    ['{"text":"a"}', /in\.jsonl:1: expected \{"tokens"/],
    ['3', /in\.jsonl:1: expected a JSON object/],
    [`{"tokens":[${Array(65).fill(1)}]}`, /in\.jsonl:1: 65 tokens; the model has 64 positions/],
  ])('%s', async (text, message) => {
    const input = await file('in.jsonl', text)
    const output = await file('out.jsonl', 'precious')
    await refused(serl('score', '--model', await tinyCheckpoint(), '--input', input, '--output', output), message)
    expect(await readFile(output, 'utf8')).toBe('precious')
  })

  it('with more samples than can be counted', async () => {
    const input = await file('in.jsonl', '{"tokens":[1]}\n'.repeat(40_000))
    const argv = [
      'generate',
      '--model',
      await tinyCheckpoint(),
      '--input',
      input,
      '--n',
      '65536',
      '--max-new-tokens',
      '1',
    ]
    await refused(serl(...argv), /--n 65536: 40000 prompts make 2621440000 samples, which is too many/)
  })

  it('with more tokens of a prompt than a call holds', async () => {
    const input = await file('in.jsonl', '{"tokens":[1]}\n')
    const model = await tinyCheckpoint({ max_position_embeddings: 131_072 })
    const argv = ['generate', '--model', model, '--input', input, '--n', '65536', '--max-new-tokens', '65536']
    await refused(serl(...argv), /--n 65536 with --max-new-tokens 65536 makes 4294967296 tokens .*lower one of them/)
  })

  it.each(['score', 'generate'])('%s into its own input, which stays as it was', async (command) => {
    const text = '{"tokens":[1,2,3]}\n'
    const input = await file('in.jsonl', text)
    const link = join(trial.folder, 'link.jsonl')
    await symlink(input, link)
    for (const output of [input, link]) {
      const argv = [command, '--model', await tinyCheckpoint(), '--input', input, '--output', output]
      const room = command === 'generate' ? ['--max-new-tokens', '4'] : []
      await refused(serl(...argv, ...room), /is also an input: give another name/)
      expect(await readFile(input, 'utf8')).toBe(text)
    }
  })

  it.each(['grade', 'filter'])('%s into its own input, which stays as it was', async (command) => {
    const text = '{"id":1,"gold":"1","prediction":"2","text":"How much is 1 + 1?"}\n'
    const input = await file('in.jsonl', text)
    const link = join(trial.folder, 'link.jsonl')
    await symlink(input, link)
    for (const output of [input, link]) {
      await refused(serl(command, '--input', input, '--output', output), /is also an input: give another name/)
      expect(await readFile(input, 'utf8')).toBe(text)
    }
  })

  it.each(['score', 'generate'])('%s on a missing device keeps the old output', async (command) => {
    const input = await file('in.jsonl', '{"tokens":[1,2,3]}\n')
    const output = await file('out.jsonl', 'precious')
    const argv = [command, '--model', await tinyCheckpoint(), '--input', input, '--output', output]
    const room = command === 'generate' ? ['--max-new-tokens', '4'] : []
    expect(await serl(...argv, '--device', 'cuda:99', ...room)).not.toBe(0)
    expect(await readFile(output, 'utf8')).toBe('precious')
    expect((await readdir(trial.folder)).sort()).toEqual(['in.jsonl', 'out.jsonl'])
  })

  it('that are missing', async () => {
    const model = await tinyCheckpoint()
    await refused(
      serl('generate', '--model', model, '--input', join(trial.folder, 'none.jsonl')),
      /none\.jsonl: no such file/,
    )
  })

  it('too long for the requested tokens', async () => {
    const input = await file('in.jsonl', '{"tokens":[1,2,3]}')
    const argv = ['generate', '--model', await tinyCheckpoint(), '--input', input, '--max-new-tokens', '62']
    await refused(serl(...argv), /in\.jsonl:1: 3 tokens and --max-new-tokens 62; the model has 64 positions/)
  })
})

describe('generate --text', () => {
  const generate = async (model: string, ...argv: string[]): Promise<number> =>
    serl('generate', '--model', model, '--input', await file('in.jsonl', '{"tokens":[1]}\n'), '--text', ...argv)

  it('beside another output, or without a tokenizer', async () => {
    const demo = path('../../../seeds/demo-model')
    await refused(generate(demo, '--output', join(trial.folder, 'out.jsonl')), /--text prints to stdout and --output/)
    await refused(generate(demo, '--json'), /--text and --json both write to stdout/)
    await refused(generate(await tinyCheckpoint()), /--text needs a tokenizer: there is no tokenizer\.json in/)
  })
})

describe('instruct', () => {
  const seeds = path('../../../seeds/demo-seeds.jsonl')
  const instruct = (...argv: string[]): Promise<number> =>
    serl('instruct', '--model', path('../../../seeds/demo-model'), '--seeds', seeds, '--count', '3', ...argv)

  it('without room for a prompt', () =>
    refused(instruct('--set', 'instruct.maxNewTokens=511'), /no example fits a prompt .*512 positions/))

  it('into its seeds, or twice into one file', async () => {
    const room = ['--set', 'instruct.maxNewTokens=100']
    const out = join(trial.folder, 'out.jsonl')
    await refused(instruct(...room, '--output', seeds), /demo-seeds\.jsonl is also an input/)
    await refused(instruct(...room, '--output', out, '--proposals', out), /--output and --proposals are both/)
    expect(await readdir(trial.folder)).toEqual([])
  })
})

describe('train --trace', () => {
  it('into a file that the run reads, which stays as it was', async () => {
    const own = await file('own.yaml', 'preset: demo\n')
    const worked = await file('worked.jsonl', '{"question":"How much is 1 + 1?","response":"2"}\n')
    const panel = await file('panel.jsonl', `${questions}{"problem":"And 2 + 2?"}\n`)
    const settings = ['--set', `rollout.examples=${worked}`, '--set', `panel.path=${panel}`]
    for (const input of [own, worked, panel]) {
      for (const more of [[], ['--controls', 'random']]) {
        const before = await readFile(input, 'utf8')
        const argv = ['train', own, '--dry-run', ...settings, ...more, '--trace', input]
        await refused(serl(...argv), /is also an input: give another name/)
        expect(await readFile(input, 'utf8')).toBe(before)
      }
    }
  })

  it.each(pathKeys.filter((key) => key !== 'model.path'))('takes %s for an input', (key) => {
    const config = configSchema.parse({})
    const [group, name] = key.split('.') as [keyof Config, string]
    expect(inputsOf({ ...config, [group]: { ...config[group], [name]: '/a/file' } })).toEqual(['/a/file'])
  })
})

describe('sft', () => {
  it('refuses a held-out question that leaves no room, before a weight is loaded', async () => {
    const data = await file('data.jsonl', '{"prompt":"How much is 1 + 1?","response":"2"}\n')
    const long = await file('long.jsonl', `{"problem":"How much is 1${' + 1'.repeat(200)}?","answer":"201"}\n`)
    const model = path('../../../seeds/demo-model')
    const argv = ['sft', '--model', model, '--data', data, '--eval-data', long, '--out', join(trial.folder, 'out')]
    await refused(
      serl(...argv, '--device', 'cuda:99'),
      /long\.jsonl: a held-out question has \d+ tokens, and with --eval-max-new-tokens = 256 new ones it exceeds/,
    )
  })

  it('refuses a non-empty --out', async () => {
    const data = await file('data.jsonl', '{"text":"a"}\n')
    await refused(
      serl('sft', '--model', await tinyCheckpoint(), '--data', data, '--out', trial.folder),
      /--out .* is not empty/,
    )
  })
})
