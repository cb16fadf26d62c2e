import { line } from 'd3-shape'
import { element, picture, text } from './svg.ts'

// The boxes lie on a grid of four columns and three rows; arrows are lists of corners.

interface Box {
  readonly kind: 'box' | 'store'
  readonly name: string
  readonly lines: readonly string[]
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

type Point = [number, number]

const margin = 28
const columnWidth = 190
const columnGap = 36
const stageHeight = 88

const column = (index: number): number => margin + index * (columnWidth + columnGap)
const storeTop = 24
const upperRow = 124
const lowerRow = 276
const width = column(3) + columnWidth + margin + 16
const height = lowerRow + stageHeight + 28

function stage(name: string, at: number, top: number, ...lines: string[]): Box {
  return { kind: 'box', name, lines, left: column(at), top, width: columnWidth, height: stageHeight }
}

const seeds: Box = {
  ...{ kind: 'store', name: 'seeds', lines: ['human-written'] },
  ...{ left: column(0), top: storeTop, width: 136, height: 58 },
}
const pool: Box = {
  ...{ kind: 'store', name: 'pool', lines: ['questions kept so far, as further examples'] },
  ...{ left: column(1), top: storeTop, width: 2 * columnWidth + columnGap, height: 58 },
}
const propose = stage('1. propose', 0, upperRow, 'the model writes new', 'questions like those')
const filter = stage('2. filter', 1, upperRow, 'rules reject bad ones,', 'ROUGE-L familiar ones')
const answer = stage('3. answer', 2, upperRow, 'the model answers each', 'question many times')
const vote = stage('4. vote', 3, upperRow, 'agreement with the', 'majority earns 1')
const keep = stage('5. keep', 3, lowerRow, 'questions neither settled', 'nor hopeless')
const advantages = stage('6. advantages', 2, lowerRow, 'Reinforce++, less KL', 'to a frozen reference')
const update = stage('7. update', 1, lowerRow, "PPO's clipped loss,", 'AdamW')
const weights: Box = {
  ...{ kind: 'store', name: 'the model', lines: ['one set of weights for', 'sampling and training'] },
  ...{ left: column(0), top: lowerRow, width: columnWidth, height: stageHeight },
}
const boxes = [seeds, pool, propose, filter, answer, vote, keep, advantages, update, weights]

const middleX = ({ left, width }: Box): number => left + width / 2
const middleY = ({ top, height }: Box): number => top + height / 2
const right = ({ left, width }: Box): number => left + width
const bottom = ({ top, height }: Box): number => top + height

const rightward = (from: Box, to: Box): Point[] => [
  [right(from), middleY(from)],
  [to.left, middleY(to)],
]
const leftward = (from: Box, to: Box): Point[] => [
  [from.left, middleY(from)],
  [right(to), middleY(to)],
]

const betweenRows = (bottom(propose) + weights.top) / 2
const lane = right(keep) + 22 // the pool's, beside the last column
const poolEntry = right(propose) - 22

const arrows: readonly Point[][] = [
  [
    [middleX(seeds), bottom(seeds)],
    [middleX(seeds), propose.top],
  ],
  [
    [pool.left, middleY(pool)],
    [poolEntry, middleY(pool)],
    [poolEntry, propose.top],
  ],
  rightward(propose, filter),
  rightward(filter, answer),
  rightward(answer, vote),
  [
    [middleX(vote), bottom(vote)],
    [middleX(keep), keep.top],
  ],
  leftward(keep, advantages),
  leftward(advantages, update),
  leftward(update, weights),
  [
    [right(keep), middleY(keep)],
    [lane, middleY(keep)],
    [lane, middleY(pool)],
    [right(pool), middleY(pool)],
  ],
  [
    [middleX(weights), weights.top],
    [middleX(propose), bottom(propose)],
  ],
  [
    [middleX(weights), betweenRows],
    [middleX(answer), betweenRows],
    [middleX(answer), bottom(answer)],
  ],
]

function drawBox({ kind, name, lines, left, top, width, height }: Box): string {
  const first = top + (lines.length === 1 ? 25 : 30)
  return element(
    'g',
    {},
    element('rect', { class: kind, x: left, y: top, width, height, rx: kind === 'box' ? 6 : 18 }),
    text(name, left + 14, first, { class: 'name' }),
    ...lines.map((content, index) => text(content, left + 14, first + 20 + 18 * index)),
  )
}

const headLength = 8

function drawArrow(corners: readonly Point[]): string {
  const tip = corners.at(-1)!
  const before = corners.at(-2)!
  const [dx, dy] = [Math.sign(tip[0] - before[0]), Math.sign(tip[1] - before[1])]
  const base: Point = [tip[0] - dx * headLength, tip[1] - dy * headLength]
  const half = headLength / 2
  const head: Point[] = [tip, [base[0] - dy * half, base[1] + dx * half], [base[0] + dy * half, base[1] - dx * half]]
  const path = (points: Point[]): string => line()(points)!
  return element(
    'g',
    {},
    element('path', { class: 'arrow', d: path([...corners.slice(0, -1), base]) }),
    element('path', { class: 'head', d: `${path(head)}Z` }),
  )
}

/** The training loop, as in src/train/loop.ts. */
export function loopPicture(): string {
  const words = {
    title: 'One training step of SeRL',
    description:
      'Propose: the model writes new questions like the examples, which are seeds and questions from the pool. ' +
      'Filter: rules reject bad questions, ROUGE-L familiar ones. Answer: the model answers each question many times. ' +
      'Vote: agreeing with the majority earns a reward of 1. Keep: questions neither settled nor hopeless are kept, and ' +
      "join the pool. Advantages: Reinforce++, less KL to a frozen reference. Update: PPO's clipped loss and AdamW " +
      'change the one set of weights, which proposes and answers in the next step.',
  }
  const caption = text('samples', middleX(weights) + 10, betweenRows - 8, { class: 'quiet' })
  return picture({ width, height, ...words }, ...arrows.map(drawArrow), ...boxes.map(drawBox), caption)
}
