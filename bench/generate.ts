// New tokens per second beside transformers, on the same prompts, in turns:
//   npx tsx bench/generate.ts --model FOLDER --prompts QUESTIONS.jsonl --python PYTHON [--count 8] [--samples 16]
//     [--new 64] [--threads 2] [--rounds 3]
// QUESTIONS.jsonl: {"problem"} a line. PYTHON has torch and transformers.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readSeeds } from '../src/instruct/seeds.ts'
import { loadTokenizer } from '../src/model/tokenizer.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    prompts: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    count: { type: 'string', default: '8' },
    samples: { type: 'string', default: '16' },
    new: { type: 'string', default: '64' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
})
const { model, prompts, python } = values
if (model === undefined || prompts === undefined) throw new Error('--model and --prompts are needed')

const tokenizer = (await loadTokenizer(model))!
const questions = (await readSeeds(prompts)).slice(0, Number(values.count))
const input = join(mkdtempSync(join(tmpdir(), 'serl-bench-')), 'prompts.jsonl')
const lines = questions.map(({ text }) => {
  const tokens = tokenizer.hasChatTemplate
    ? tokenizer.chat([{ role: 'user', content: text }], { addGenerationPrompt: true })
    : tokenizer.encode(text)
  return JSON.stringify({ tokens: [...tokens] })
})
writeFileSync(input, `${lines.join('\n')}\n`)

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const common = ['--threads', values.threads]
const rate = (command: string, args: string[]): number =>
  (
    JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as {
      newTokensPerSecond: number
    }
  ).newTokensPerSecond
const ours = () =>
  rate(process.execPath, [
    ...[
      here('../bin/serl.js'),
      'generate',
      '--model',
      model,
      '--input',
      input,
      '--output',
      join(tmpdir(), 'serl-bench.jsonl'),
    ],
    ...['--n', values.samples, '--max-new-tokens', values.new, '--ignore-eos', '--json', ...common],
  ])
const theirs = () =>
  rate(python, [
    here('transformers_generate.py'),
    model,
    input,
    '--samples',
    values.samples,
    '--new',
    values.new,
    ...common,
  ])

const ratios: number[] = []
for (let round = 1; round <= Number(values.rounds); round++) {
  const [a, b] = [ours(), theirs()]
  ratios.push(a / b)
  console.log(
    `round ${round}: serl ${a.toFixed(1)}, transformers ${b.toFixed(1)} new tokens/s, ratio ${(a / b).toFixed(2)}`,
  )
}
ratios.sort((a, b) => a - b)
console.log(
  `ratio: median ${ratios[ratios.length >> 1]!.toFixed(2)}, ${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)}`,
)
