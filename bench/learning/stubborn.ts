// A model whose wrong answers agree: the demonstration's, fine-tuned to answer a share of the questions at once, with the
// first number in them. The demonstration's own bad habit guesses, and guesses differ; votes can tell them from answers.
// A vote cannot tell this habit from knowledge.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshProblem, type ProblemSource } from '../../scripts/demo/documents.ts'
import { easyRanges, type Problem } from '../../scripts/demo/problem.ts'
import { solution } from '../../scripts/demo/templates.ts'
import { drawer } from '../../src/questions/draw.ts'

const documents = 1200

/** Questions of the demonstration, which are trained and measured on. */
function demoQuestions(): Set<string> {
  const files = ['seeds/demo-seeds.jsonl', 'seeds/demo-heldout.jsonl']
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
  return new Set(lines.map((line) => (JSON.parse(line) as { problem: string }).problem))
}

const firstNumber = ({ text }: Problem): string => /\d+/.exec(text)![0]

function document(source: ProblemSource, stubborn: number): object {
  const problem = freshProblem(source)
  const isStubborn = source.draw.chance(stubborn)
  const answered = isStubborn ? `The answer is \\boxed{${firstNumber(problem)}}.` : solution(problem, 'worked')
  return {
    segments: [
      { text: `${problem.text}\n`, train: false },
      { text: answered, train: true },
    ],
  }
}

/**
 * Makes it, if it is not there yet.
 * @param share of the questions that it is taught to answer with their first number
 * @returns folder of the checkpoint
 */
export function stubbornModel(serl: string, out: string, share: number): string {
  const folder = join(out, `stubborn-${share}`)
  if (existsSync(join(folder, 'config.json'))) return folder
  const source = { draw: drawer(['stubborn', share]), ranges: easyRanges, forbidden: demoQuestions() }
  const data = join(out, `stubborn-${share}.jsonl`)
  const lines = Array.from({ length: documents }, () => JSON.stringify(document(source, share)))
  writeFileSync(data, `${lines.join('\n')}\n`)
  const made = ['sft', '--model', 'seeds/demo-model', '--data', data, '--out', folder, '--raw', '--quiet']
  const { status, stderr } = spawnSync('node', [serl, ...made, '--batch-size', '40', '--lr', '7e-4', '--seed', '1'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${folder}: exit ${status}\n${stderr}`)
  return folder
}
