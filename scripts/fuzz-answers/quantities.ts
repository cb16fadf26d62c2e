import type { Draw } from './draw.ts'

/** What the answer of a word problem says: numbers, and a choice among words. */
export interface Answer {
  readonly numbers: readonly number[]
  readonly words: readonly string[]
}

/** A kind of answer, its spellings (all equal), and a change that makes it another answer. */
export interface Kind {
  readonly name: string
  readonly make: (draw: Draw) => Answer
  readonly spell: (answer: Answer) => readonly string[]
  readonly change: (answer: Answer, draw: Draw) => Answer
}

const text = (words: string): string => `\\text{ ${words}}`
const whole = (draw: Draw, from: number, below: number): number => from + draw.below(below - from)
const grouped = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',')

const otherNumber = (answer: Answer, draw: Draw): Answer => {
  const at = draw.below(answer.numbers.length)
  return { ...answer, numbers: answer.numbers.map((n, i) => (i === at ? n + 1 + draw.below(3) : n)) }
}

/** The last word replaced by another of its row. */
const otherWord =
  (rows: readonly (readonly string[])[]) =>
  (answer: Answer, draw: Draw): Answer => {
    const row = rows.find((words) => words.includes(answer.words[0]!))!
    const others = row.filter((word) => word !== answer.words[0])
    return { ...answer, words: [draw.pick(others)] }
  }

const either =
  (...changes: Kind['change'][]): Kind['change'] =>
  (answer, draw) =>
    draw.pick(changes)(answer, draw)

const NOUNS = [['apples', 'marbles', 'pencils', 'stickers', 'tickets', 'cookies', 'boxes', 'puppies', 'pages']]
const OPPOSITES = [
  ['increase', 'decrease'],
  ['profit', 'loss'],
  ['more', 'fewer'],
]
const DIRECTIONS = [['north', 'south', 'east', 'west']]
const SPANS = [['hour', 'day', 'week', 'month']]
const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9, dozen: 12 }
const SMALL = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')

const two = (n: number): string => String(n).padStart(2, '0')

export const kinds: readonly Kind[] = [
  {
    name: 'number',
    make: (draw) => ({ numbers: [whole(draw, 2, 90_000)], words: [] }),
    spell: ({ numbers: [n] }) => [String(n), grouped(n!), `${n}.0`, `${n}.00`],
    change: otherNumber,
  },
  {
    name: 'number word',
    make: (draw) => ({ numbers: [whole(draw, 0, 10)], words: [] }),
    spell: ({ numbers: [n] }) => (n! < SMALL.length ? [String(n), `\\text{${SMALL[n!]}}`] : [String(n)]),
    change: otherNumber,
  },
  {
    name: 'count',
    make: (draw) => ({ numbers: [whole(draw, 2, 400)], words: [draw.pick(NOUNS[0]!)] }),
    spell: ({ numbers: [n], words: [noun] }) => [`${n} ${noun}`, `${n}${text(noun!)}`, `${n} (${noun})`],
    change: either(otherNumber, otherWord(NOUNS)),
  },
  {
    name: 'money',
    make: (draw) => ({ numbers: [whole(draw, 1, 60), whole(draw, 1, 90)], words: [] }),
    spell: ({ numbers: [a, b] }) => {
      const [dollars, cents] = [a! + Math.floor(b! / 100), b! % 100]
      const decimal = `${dollars}.${two(cents)}`
      return [`\\$${decimal}`, `${decimal} dollars`, `${dollars} dollars and ${cents} cents`, decimal]
    },
    change: otherNumber,
  },
  {
    name: 'duration',
    make: (draw) => ({ numbers: [whole(draw, 1, 9), whole(draw, 1, 50)], words: [] }),
    spell: ({ numbers: [h, m] }) => [
      `${h} hours ${m} minutes`,
      `${h}${text('hours')} ${m}${text('minutes')}`,
      `${h} hours and ${m} minutes`,
      `${60 * h! + m!} minutes`,
    ],
    change: otherNumber,
  },
  {
    name: 'length',
    make: (draw) => ({ numbers: [whole(draw, 2, 20), whole(draw, 1, 8)], words: [] }),
    spell: ({ numbers: [f, i] }) => [
      `${f} feet ${i} inches`,
      `${f}${text('ft')} ${i}${text('in')}`,
      `${12 * f! + i!} inches`,
    ],
    change: otherNumber,
  },
  {
    name: 'unit',
    make: (draw) => ({ numbers: [whole(draw, 2, 90)], words: ['kg'] }),
    spell: ({ numbers: [n], words: [unit] }) =>
      unit === 'kg'
        ? [`${n} kg`, `${n}${text('kilograms')}`, `${1000 * n!} g`]
        : [`${n} g`, `${n}${text('grams')}`, `${n} grams`],
    change: either(otherNumber, otherWord([['kg', 'g']])),
  },
  {
    name: 'scale',
    make: (draw) => ({ numbers: [whole(draw, 2, 60)], words: [draw.pick(Object.keys(SCALES))] }),
    spell: ({ numbers: [n], words: [scale] }) => [`${n} ${scale}`, `${n}${text(scale!)}`, String(n! * SCALES[scale!]!)],
    change: either(otherNumber, otherWord([Object.keys(SCALES)])),
  },
  {
    name: 'rate',
    make: (draw) => ({ numbers: [whole(draw, 2, 90)], words: [draw.pick(SPANS[0]!)] }),
    spell: ({ numbers: [n], words: [span] }) => [
      `${n} dollars per ${span}`,
      `${n}${text(`dollars per ${span}`)}`,
      `\\$${n} per ${span}`,
    ],
    change: either(otherNumber, otherWord(SPANS)),
  },
  {
    name: 'percent',
    make: (draw) => ({ numbers: [whole(draw, 2, 99)], words: [] }),
    spell: ({ numbers: [n] }) => [`${n}\\%`, `${n} percent`, `${n}${text('percent')}`],
    change: otherNumber,
  },
  {
    name: 'change',
    make: (draw) => ({ numbers: [whole(draw, 2, 99)], words: [draw.pick(OPPOSITES.flat())] }),
    spell: ({ numbers: [n], words: [way] }) => [`${n}\\%${text(way!)}`, `${n}\\% ${way}`],
    change: either(otherNumber, otherWord(OPPOSITES)),
  },
  {
    name: 'direction',
    make: (draw) => ({ numbers: [whole(draw, 2, 90)], words: [draw.pick(DIRECTIONS[0]!)] }),
    spell: ({ numbers: [n], words: [way] }) => [`${n} km ${way}`, `${n}${text(`km ${way}`)}`],
    change: either(otherNumber, otherWord(DIRECTIONS)),
  },
  {
    name: 'temperature',
    make: (draw) => ({ numbers: [whole(draw, -20, 40)], words: [draw.pick(['C', 'F'])] }),
    spell: ({ numbers: [n], words: [scale] }) => [
      `${n}^\\circ\\text{${scale}}`,
      `${n}°${scale}`,
      `${n} degrees ${scale === 'C' ? 'Celsius' : 'Fahrenheit'}`,
    ],
    change: either(otherNumber, otherWord([['C', 'F']])),
  },
  {
    name: 'time',
    make: (draw) => ({ numbers: [whole(draw, 1, 12), whole(draw, 10, 55)], words: [draw.pick(['a', 'p'])] }),
    spell: ({ numbers: [h, m], words: [half] }) => [
      `${h}:${m} ${half}.m.`,
      `${h}:${m} ${half!.toUpperCase()}M`,
      `${h}:${m}${text(`${half}m`)}`,
    ],
    change: (answer, draw) =>
      draw.chance(0.5)
        ? { ...answer, words: [answer.words[0] === 'a' ? 'p' : 'a'] }
        : { ...answer, numbers: [answer.numbers[0]!, answer.numbers[1]! + 1 + draw.below(3)] },
  },
  {
    name: 'counts',
    make: (draw) => ({ numbers: [whole(draw, 2, 20), whole(draw, 30, 50)], words: [] }),
    spell: ({ numbers: [a, b] }) => [
      `${a} boys and ${b} girls`,
      `${a}${text('boys')}, ${b}${text('girls')}`,
      `${b} girls, ${a} boys`,
    ],
    change: (answer, draw) =>
      draw.chance(0.5) ? otherNumber(answer, draw) : { ...answer, numbers: answer.numbers.toReversed() },
  },
  {
    name: 'fraction',
    make: (draw) => ({ numbers: [whole(draw, 1, 8), whole(draw, 2, 9)], words: [] }),
    spell: ({ numbers: [a, b] }) => [`${a}/${b}`, `\\frac{${a}}{${b}}`, `\\dfrac{${2 * a!}}{${2 * b!}}`],
    change: otherNumber,
  },
]
