// Measures a demonstration model from samples of `serl generate`; prints one JSON object.
//   measure.ts answers --questions FILE --samples FILE   accuracy, single and by majority, and the style
//   measure.ts lists --samples FILE                      share of continued questions of a known kind and coherent

import { parseArgs } from 'node:util'
import { parseQuestions } from '../../src/instruct/parse.ts'
import { readJsonl } from '../../src/jsonl.ts'
import { drawer } from '../../src/questions/draw.ts'
import { easyRanges } from './problem.ts'
import type { Question } from './question-sets.ts'
import { coherent, skeleton } from './skeleton.ts'
import { drawProblem } from './templates.ts'

/** A line that `serl generate` writes. */
interface Sample {
  readonly index: number // of the prompt
  readonly text: string
  readonly finishReason: string
}

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: { questions: { type: 'string' }, samples: { type: 'string' } },
})

async function read<T>(path: string | undefined, option: string): Promise<T[]> {
  if (path === undefined) throw new Error(`--${option} is missing`)
  return (await readJsonl(path)).map(({ value }) => value as T)
}

/** The boxed answer of a finished response. */
function answerOf({ text, finishReason }: Sample): string | null {
  return finishReason === 'stop' ? (/\\boxed\{(-?\d+)\}/.exec(text)?.[1] ?? null) : null
}

/** The most frequent answer, the first on ties. */
function majority(answers: readonly (string | null)[]): string | null {
  const votes = new Map<string, number>()
  for (const answer of answers) if (answer !== null) votes.set(answer, (votes.get(answer) ?? 0) + 1)
  return [...votes].reduce<[string | null, number]>((best, vote) => (vote[1] > best[1] ? vote : best), [null, 0])[0]
}

const share = (part: number, whole: number) => (whole === 0 ? null : Number((part / whole).toFixed(4)))

async function measureAnswers() {
  const questions = await read<Question>(options.questions, 'questions')
  const samples = await read<Sample>(options.samples, 'samples')
  const right = (sample: Sample) => answerOf(sample) === questions[sample.index]?.answer
  const byMajority = questions.filter(({ answer }, index) => {
    const answers = samples.filter((sample) => sample.index === index).map(answerOf)
    return majority(answers) === answer
  })
  const terse = samples.filter(({ text }) => text.startsWith('The answer'))
  const worked = samples.filter(({ text }) => !text.startsWith('The answer'))
  return {
    questions: questions.length,
    samples: samples.length,
    right: share(samples.filter(right).length, samples.length),
    rightByMajority: share(byMajority.length, questions.length),
    answerless: share(samples.filter((sample) => answerOf(sample) === null).length, samples.length),
    terse: share(terse.length, samples.length),
    terseRight: share(terse.filter(right).length, terse.length),
    workedRight: share(worked.filter(right).length, worked.length),
  }
}

const knownDraws = 200_000

async function measureLists() {
  const draw = drawer([0, 'skeletons'])
  const known = new Set<string>()
  for (let i = 0; i < knownDraws; i++) for (const part of skeleton(drawProblem(draw, easyRanges).text)) known.add(part)
  const samples = await read<Sample>(options.samples, 'samples')
  const items = samples.flatMap(({ text, finishReason }) => parseQuestions(text, finishReason !== 'stop'))
  const ofKnownKind = items.filter((item) => skeleton(item).every((part) => known.has(part)))
  return {
    lists: samples.length,
    items: items.length,
    itemsPerList: share(items.length, samples.length),
    known: share(ofKnownKind.length, items.length),
    knownAndCoherent: share(ofKnownKind.filter(coherent).length, items.length),
    different: share(new Set(items).size, items.length),
  }
}

const commands: Record<string, () => Promise<object>> = { answers: measureAnswers, lists: measureLists }
const command = commands[positionals[0] ?? '']
if (!command) throw new Error('say what to measure: answers or lists')
console.log(JSON.stringify(await command()))
