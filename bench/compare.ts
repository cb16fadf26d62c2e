// Our speed and memory against programs that do the same work, alternating in one run:
//   npm run bench -- --model FOLDER --prompts QUESTIONS.jsonl [--python PYTHON] [--llama MODEL.gguf --llama-dir FOLDER]
//     [--rounds 2] [--threads N] [--device cpu] [--cases generate:8x16x64:transformers,...] [--out F.json] [--table F.md]
//
// PYTHON has torch, transformers, trl and datasets; the second FOLDER has node-llama-cpp installed. A program that is
// not given is left out. Every side runs in its own process, one after the other; loading and warming up are not
// counted. generate PROMPTSxSAMPLESxNEW: sampling. score: log-probabilities of PROMPTS x SAMPLES random sequences as long
// as the longest prompt and NEW tokens. train: whole GRPO steps. QUESTIONS.jsonl: {"problem"} per line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadTokenizer } from '../src/model/tokenizer.ts'
import { promptTokens } from '../src/rollout/prompt.ts'
import { readSeeds } from '../src/seeds/read-seeds.ts'
import { type Case, defaultCases, ourSide, parseCase, type Setting, shapeOf, theirSide } from './compare/cases.ts'
import { type Result, type Round, ratio, roundLine, table } from './compare/report.ts'
import { measure } from './compare/side.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'seeds/demo-model' },
    prompts: { type: 'string', default: 'seeds/demo-seeds.jsonl' },
    python: { type: 'string' },
    llama: { type: 'string' },
    'llama-dir': { type: 'string' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    device: { type: 'string', default: 'cpu' },
    cases: { type: 'string', default: defaultCases.join(',') },
    out: { type: 'string' },
    table: { type: 'string' },
  },
})

/** The first `count` prompts as lines that every side reads: tokens, and text for sides that tokenize themselves. */
async function promptLines(count: number): Promise<{ tokens: number[]; text: string }[]> {
  const tokenizer = await loadTokenizer(values.model)
  if (tokenizer === null) throw new Error(`${values.model} has no tokenizer.json`)
  const questions = (await readSeeds(values.prompts)).slice(0, count)
  if (questions.length < count) throw new Error(`${values.prompts}: ${count} questions are needed`)
  return questions.map(({ text }) => ({
    tokens: Array.from(promptTokens(tokenizer, text, { template: 'auto', suffix: '' })),
    text: tokenizer.hasChatTemplate
      ? tokenizer.renderChat([{ role: 'user', content: text }], { addGenerationPrompt: true })
      : text,
  }))
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** Both sides `rounds` times, alternating which goes first. A peer that fails is left out from then on. */
async function compare(of: Case, setting: Setting, rounds: number): Promise<Result> {
  let side = theirSide(of, setting)
  if ('missing' in side) say(`${of.work} ${shapeOf(of)}: ${of.peer} is left out; to add it: ${side.missing}`)
  const done: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    const other = side
    const peer = async () => ('missing' in other ? null : measure(other).catch((error: Error) => error))
    const before = round % 2 === 0 ? await peer() : undefined
    const ours = await measure(ourSide(of, setting))
    const theirs = before === undefined ? await peer() : before
    if (theirs instanceof Error) {
      say(`${of.work} ${shapeOf(of)}: ${of.peer} is left out: ${theirs.message}`)
      side = { missing: theirs.message }
    }
    done.push({ ours, theirs: theirs instanceof Error ? null : theirs })
    say(roundLine(of, done.at(-1)!, round))
  }
  return { of, rounds: done }
}

const cases = values.cases.split(',').map((text) => parseCase(text.trim()))
const folder = mkdtempSync(join(tmpdir(), 'serl-bench-'))
try {
  const input = join(folder, 'prompts.jsonl')
  const lines = await promptLines(Math.max(...cases.map(({ prompts }) => prompts)))
  writeFileSync(input, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { python, llama, device, 'llama-dir': llamaDir } = values
  const common = {
    model: resolve(values.model),
    input,
    threads: Number(values.threads),
    device,
    python,
    llama,
    llamaDir,
  }
  const results: Result[] = []
  for (const of of cases) {
    const longest = Math.max(...lines.slice(0, of.prompts).map(({ tokens }) => tokens.length))
    results.push(await compare(of, { ...common, longest }, Number(values.rounds)))
    const machine = { cpu: cpus()[0]?.model, threads: common.threads, device, node: process.version }
    const told = results.map((result) => ({ ...result, ratios: result.rounds.map(ratio) }))
    const report = { date: new Date().toISOString(), model: values.model, machine, results: told }
    // after every case: an hour's measurements must not depend on the last one
    if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`)
    if (values.table !== undefined) writeFileSync(values.table, `${table(results)}\n`)
  }
  process.stdout.write(`${table(results)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
