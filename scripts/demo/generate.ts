// Writes the demonstration's text, all from one seed:
//   generate.ts questions --out seeds                     demo-seeds.jsonl and demo-heldout.jsonl
//   generate.ts documents --out FILE --exclude seeds ...  a training file for `serl sft`
// No training document contains a question of the two files.

import { createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { loadTokenizer } from '../../src/model/tokenizer.ts'
import { drawer } from '../../src/questions/draw.ts'
import { drawDocument, type Habit, type Mixture, type ProblemSource, type Room } from './documents.ts'
import { easyRanges, wideRanges } from './problem.ts'
import { drawQuestionSets, type Question } from './question-sets.ts'

const contextLength = 512 // tokens, including those for beginning and end
const files = { seeds: 'demo-seeds.jsonl', heldout: 'demo-heldout.jsonl' }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '150' },
    heldout: { type: 'string', default: '300' },
    exclude: { type: 'string' }, // the folder of the question files
    tokenizer: { type: 'string' }, // limits lists to the context; without it they are as long as drawn
    documents: { type: 'string', default: '1000' },
    shares: { type: 'string', default: '0.6,0.32,0.08' }, // questions, drills, lists
    terse: { type: 'string', default: '0,0' }, // share of terse answers to What and Find, and to How
    semi: { type: 'string', default: '0' },
    wide: { type: 'boolean', default: false },
  },
})

function numbers(option: 'shares' | 'terse' | 'semi', count: number): number[] {
  const list = values[option].split(',').map(Number)
  if (list.length !== count || list.some((value) => !(value >= 0 && value <= 1))) {
    throw new Error(`--${option} ${values[option]}: expected ${count} shares from 0 to 1`)
  }
  return list
}

function outputPath(): string {
  if (values.out === undefined) throw new Error('--out is missing')
  return values.out
}

const jsonLines = (items: readonly unknown[]) => `${items.map((item) => JSON.stringify(item)).join('\n')}\n`

async function writeQuestions(): Promise<void> {
  const sizes = { seeds: Number(values.seeds), heldout: Number(values.heldout) }
  const { seeds, heldout } = drawQuestionSets(drawer([values.seed, 'questions']), sizes)
  await mkdir(outputPath(), { recursive: true })
  await writeFile(join(outputPath(), files.seeds), jsonLines(seeds))
  await writeFile(join(outputPath(), files.heldout), jsonLines(heldout))
}

async function forbiddenTexts(): Promise<Set<string>> {
  if (values.exclude === undefined) throw new Error('--exclude is missing: the folder of the question files')
  const folder = values.exclude
  const texts = await Promise.all(Object.values(files).map((file) => readFile(join(folder, file), 'utf8')))
  const lines = texts.flatMap((text) => text.trim().split('\n'))
  return new Set(lines.map((line) => (JSON.parse(line) as Question).problem))
}

async function roomForLists(): Promise<Room> {
  if (values.tokenizer === undefined) return { measure: () => 0, total: 0 }
  const tokenizer = await loadTokenizer(values.tokenizer)
  if (tokenizer === null) throw new Error(`${values.tokenizer} has no tokenizer.json`)
  return { measure: (text) => tokenizer.encodePlain(text).length, total: contextLength - 2 }
}

async function writeDocuments(): Promise<void> {
  const [questions, drills, lists] = numbers('shares', 3) as [number, number, number]
  const [whatOrFind, how] = numbers('terse', 2) as [number, number]
  const [semi] = numbers('semi', 1) as [number]
  const habit: Habit = { terse: { whatOrFind, how }, semi }
  const ranges = values.wide ? wideRanges : easyRanges
  const mixture: Mixture = { documents: Number(values.documents), questions, drills, lists, habit, ranges }
  const draw = drawer([values.seed, 'documents', JSON.stringify(mixture)])
  const source: ProblemSource = { draw, ranges, forbidden: await forbiddenTexts() }
  const room = await roomForLists()
  const path = outputPath()
  await mkdir(dirname(path), { recursive: true })
  const file = createWriteStream(path)
  for (let i = 0; i < mixture.documents; i++) file.write(`${JSON.stringify(drawDocument(source, mixture, room))}\n`)
  file.end()
  await finished(file)
}

const commands: Record<string, () => Promise<void>> = { questions: writeQuestions, documents: writeDocuments }
const command = commands[positionals[0] ?? '']
if (!command) throw new Error('say what to write: questions or documents')
await command()
