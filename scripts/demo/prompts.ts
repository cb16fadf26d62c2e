// Writes prompts for `serl generate --raw`, in the form of training and self-instruction:
//   prompts.ts --questions FILE --out FILE              every question, and the line end before the answer
//   prompts.ts --questions FILE --out FILE --lists 64   lists of 8 of the questions, to be continued

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { listText } from '../../src/instruct/prompt.ts'
import { readJsonl } from '../../src/jsonl.ts'
import { createRandom } from '../../src/random.ts'
import { listHeader } from './documents.ts'
import type { Question } from './question-sets.ts'

const examplesPerList = 8

const { values } = parseArgs({
  options: { questions: { type: 'string' }, out: { type: 'string' }, lists: { type: 'string' } },
})
const { questions: questionFile, out } = values
if (questionFile === undefined || out === undefined) throw new Error('--questions and --out are needed')
const problems = (await readJsonl(questionFile)).map(({ value }) => (value as Question).problem)
const random = createRandom(['list-prompts'])
const prompts =
  values.lists === undefined
    ? problems.map((problem) => `${problem}\n`)
    : Array.from({ length: Number(values.lists) }, () => listText(listHeader, random.sample(problems, examplesPerList)))
await writeFile(out, prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(''))
