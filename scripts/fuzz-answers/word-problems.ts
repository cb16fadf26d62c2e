// Answers of word problems in the styles of four data sets, each in two spellings of one answer or as an answer and a
// changed one; all numbers are our own. Usage: npx tsx scripts/fuzz-answers/word-problems.ts COUNT SEED > pairs.jsonl
import { type Draw, drawing } from './draw.ts'
import { type Answer, kinds } from './quantities.ts'

const [count, seed] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1)]

/** How the references of a data set are written, and how a response to it ends. */
interface Style {
  readonly name: string
  readonly gold: (answer: string) => string
  readonly response: (answer: string, draw: Draw) => string
}

const boxed = (answer: string): string => `\\boxed{${answer}}`
const inText = (answer: string): string => (/\\(?!\$)/.test(answer) ? `$${answer}$` : answer)

const styles: readonly Style[] = [
  {
    name: 'GSM8K',
    gold: (answer) => `We add up what is given, step by step.\n#### ${inText(answer)}`,
    response: (answer, draw) => draw.pick([`Adding up, we get ${boxed(answer)}.`, `#### ${inText(answer)}`]),
  },
  { name: 'ASDiv', gold: inText, response: (answer) => `So the answer is ${boxed(answer)}.` },
  { name: 'SVAMP', gold: inText, response: (answer) => `The answer is ${inText(answer)}.` },
  { name: 'MAWPS', gold: inText, response: (answer) => boxed(answer) },
]

for (let i = 0; i < count; i += 1) {
  const draw = drawing(seed * 1_000_003 + i)
  const [style, kind] = [draw.pick(styles), draw.pick(kinds)]
  const answer = kind.make(draw)
  const equal = draw.chance(0.5)
  const other: Answer = equal ? answer : kind.change(answer, draw)
  const line = {
    id: `${style.name}:${kind.name}:${i}`,
    gold: style.gold(draw.pick(kind.spell(answer))),
    prediction: style.response(draw.pick(kind.spell(other)), draw),
    made: equal,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
