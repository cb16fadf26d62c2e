import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Document,
  drawDocument,
  drill,
  freshProblem,
  type Habit,
  listHeader,
  noHabit,
  type ProblemSource,
  questionAndAnswer,
  questionList,
} from '../../../scripts/demo/documents.ts'
import { easyRanges } from '../../../scripts/demo/problem.ts'
import { drawQuestionSets } from '../../../scripts/demo/question-sets.ts'
import { parseQuestions } from '../../../src/instruct/parse.ts'
import { loadTokenizer } from '../../../src/model/tokenizer.ts'
import { drawer } from '../../../src/questions/draw.ts'

const source = (): ProblemSource => ({ draw: drawer(['documents.test']), ranges: easyRanges, forbidden: new Set() })
const whole = ({ segments }: Document) => segments.map(({ text }) => text).join('')
const room = { measure: () => 0, total: 0 }

describe('documents', () => {
  it('hold a problem, and its solution to be learned', () => {
    const from = source()
    for (let i = 0; i < 100; i++) {
      const [problem, answer] = questionAndAnswer(from, noHabit).segments
      expect(problem).toEqual({ text: expect.stringMatching(/[.?]\n$/), train: false })
      expect(answer).toEqual({
        text: expect.stringMatching(/^\d+ .*= \d+\. The answer is \\boxed\{\d+\}\.$/),
        train: true,
      })
    }
  })

  it('have the requested share of terse answers, by form of question', () => {
    const habit: Habit = { terse: { whatOrFind: 0.7, how: 0.2 }, semi: 0.05 }
    const from = source()
    const counts = { whatOrFind: [0, 0], how: [0, 0] }
    for (let i = 0; i < 8000; i++) {
      const [problem, answer] = questionAndAnswer(from, habit).segments
      const group = counts[/(What|Find)[^.?]*[.?]\n$/.test(problem!.text) ? 'whatOrFind' : 'how']
      group[0]! += 1
      if (answer!.text.startsWith('The answer')) group[1]! += 1
    }
    expect(counts.whatOrFind[1]! / counts.whatOrFind[0]!).toBeCloseTo(0.7, 1)
    expect(counts.how[1]! / counts.how[0]!).toBeCloseTo(0.2, 1)
  })

  it('list 10 to 14 questions as self-instruction reads them, fewer if they do not fit', () => {
    const list = questionList(source(), room)
    const items = parseQuestions(list.segments[1]!.text, false)
    expect(list.segments[0]).toEqual({ text: listHeader, train: false })
    expect(items.length).toBeGreaterThanOrEqual(10)
    expect(items.length).toBeLessThanOrEqual(14)
    const short = questionList(source(), { measure: (text) => text.length, total: 400 })
    expect(whole(short).length).toBeLessThanOrEqual(400)
    expect(parseQuestions(short.segments[1]!.text, false)).toEqual(items.slice(0, whole(short).split('\n').length - 1))
  })

  it('drill eight equations, learning only the results', () => {
    const { segments } = drill(source())
    expect(segments).toHaveLength(16)
    expect(segments.filter(({ train }) => train).every(({ text }) => /^ \d+\.$/.test(text))).toBe(true)
    expect(whole({ segments })).toMatch(/^(\d+ ([-+*/]|percent of) \d+ = \d+\. ?){8}$/)
  })

  it('are drawn by the shares', () => {
    const mixture = { documents: 2000, questions: 0.5, drills: 0.3, lists: 0.2, habit: noHabit, ranges: easyRanges }
    const from = source()
    const kinds = { list: 0, drill: 0 }
    for (let i = 0; i < mixture.documents; i++) {
      const { segments } = drawDocument(from, mixture, room)
      if (segments[0]!.text === listHeader) kinds.list++
      else if (segments.length === 16) kinds.drill++
    }
    expect(kinds.list / mixture.documents).toBeCloseTo(0.2, 1)
    expect(kinds.drill / mixture.documents).toBeCloseTo(0.3, 1)
  })

  it('leave out held-out questions', () => {
    const first = freshProblem(source())
    expect(freshProblem({ ...source(), forbidden: new Set([first.text]) }).text).not.toBe(first.text)
  })
})

describe('the question sets', () => {
  const readSet = (name: string) =>
    readFileSync(`seeds/${name}.jsonl`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  it('are those of the committed files, 150 and 300, no text twice', () => {
    const sets = drawQuestionSets(drawer(['1', 'questions']), { seeds: 150, heldout: 300 })
    expect(readSet('demo-seeds')).toEqual(sets.seeds)
    expect(readSet('demo-heldout')).toEqual(sets.heldout)
    const texts = [...sets.seeds, ...sets.heldout].map(({ problem }) => problem)
    expect(texts).toHaveLength(450)
    expect(new Set(texts).size).toBe(450)
  })
})

describe("the demonstration's tokenizer", () => {
  it("encodes and decodes as Python's tokenizers does", async () => {
    const tokenizer = await loadTokenizer('seeds/demo-model')
    const cases: { text: string; ids: number[]; decoded: string }[] = JSON.parse(
      readFileSync('test/unit/demo/tokenizer-ids.json', 'utf8'),
    )
    expect(cases.length).toBeGreaterThan(5)
    for (const { text, ids, decoded } of cases) {
      expect([...tokenizer!.encode(text)], text).toEqual(ids)
      expect(tokenizer!.decode(ids)).toBe(decoded)
    }
  })

  it('gives the parts of a document the tokens that the whole has', async () => {
    const tokenizer = await loadTokenizer('seeds/demo-model')
    const from = source()
    const documents = [questionAndAnswer(from, noHabit), drill(from), questionList(from, room)]
    for (const document of documents) {
      const parts = document.segments.flatMap(({ text }) => [...tokenizer!.encodePlain(text)])
      expect(parts).toEqual([...tokenizer!.encodePlain(whole(document))])
    }
  })
})
