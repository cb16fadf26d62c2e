import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandTrial } from '../../../support/command-trial.ts'

// what it finds is in test/native/contamination.test.ts
const trial = commandTrial()
const { serl, file, refused } = trial

const demo = fileURLToPath(new URL('../../../../seeds/demo-model', import.meta.url))
const contamination = (...argv: string[]): Promise<number> => serl('contamination', '--model', demo, ...argv)

const question = 'Maya has 12 kites. Owen brings 4 more, then the number doubles. How many kites are there now?'

describe('serl contamination refuses', () => {
  it.each([
    [[], /required option '--data <set\.\.\.>' not specified/],
    [['--data', 'none.jsonl'], /--data none\.jsonl: there is no such file/],
    [['--data', 'x', '--share', '0'], /'--share <x>' argument '0' is invalid. Expected a number above 0, below 1/],
    [['--data', 'x', '--share', '1'], /Expected a number above 0, below 1/],
    [['--data', 'x', '--share', '60%'], /Expected a number above 0, below 1/],
    [['--data', 'x', '--min-words', '0'], /Expected a whole number of at least 1/],
    [['--data', 'x', '--answers', 'guess'], /--answers guess: expected one of math, choice, exact, number/],
    [['--data', 'x', '--samples', '4', '--temperature', '0'], /--samples 4 with --temperature 0 gives the same/],
    ...[
      ['--samples', '2'],
      ['--temperature', '0.5'],
      ['--top-p', '0.9'],
      ['--presence-penalty', '1'],
      ['--max-new-tokens', '9'],
      ['--suffix', 'x'],
      ['--raw'],
      ['--few-shot', '1'],
    ].map((given): [string[], RegExp] => [
      ['--data', 'x', '--continuations-only', ...given],
      new RegExp(`${given[0]} is for the answers to whole questions, which --continuations-only leaves out`),
    ]),
  ])('%j', (argv, message) => refused(contamination(...argv), message))

  it('sets in which no rest is long enough, before the model is read', async () => {
    const short = await file('short.jsonl', '{"problem":"What is 47 + 38?","answer":"85"}\n')
    await refused(
      serl('contamination', '--model', 'none', '--data', short),
      /no question can be tested: after --share 0\.6 of it, fewer than --min-words 5 words are left\. Lower one/,
    )
  })

  it('a question that does not fit, whole or in part', async () => {
    const long = await file('long.jsonl', `${JSON.stringify({ problem: `${question} `.repeat(60), answer: '32' })}\n`)
    await refused(
      contamination('--data', long),
      /long\.jsonl:1: the prompt has \d+ tokens, and with --max-new-tokens 1024/,
    )
    await refused(
      contamination('--data', long, '--continuations-only'),
      /long\.jsonl:1: the first part of the question has \d+ tokens, and with \d+ for the rest it exceeds the model's/,
    )
  })

  it('an output that is the set, and one that cannot be written', async () => {
    const text = `${JSON.stringify({ problem: question, answer: '32' })}\n`
    const data = await file('data.jsonl', text)
    await refused(contamination('--data', data, '--continuations-only', '--output', data), /is also an input/)
    expect(await readFile(data, 'utf8')).toBe(text)
    await refused(
      contamination('--data', data, '--continuations-only', '--output', trial.folder),
      /cannot write .*: it is a folder/,
    )
    await refused(
      contamination('--data', data, '--continuations-only', '--output', join(data, 'lines.jsonl')),
      /cannot write .*lines\.jsonl/,
    )
  })
})
