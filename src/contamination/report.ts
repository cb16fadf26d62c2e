import type { GradedItem } from '../eval/grade-set.ts'
import { points, range, table } from '../eval/markdown.ts'
import type { PartResult } from '../eval/results.ts'
import { counted } from '../log/counted.ts'
import type { PartialPromptTest, TestedItem } from './continue.ts'
import type { PartAccuracy, SetContamination } from './summarize.ts'

/** The tables, and what they mean in sentences. */
export function contaminationText(sets: readonly SetContamination[], test: PartialPromptTest): string {
  const answers = sets.flatMap(({ title, accuracy }) => (accuracy === null ? [] : answerRows(title, accuracy)))
  const parts = [
    continuationTable(sets),
    ...(answers.length === 0 ? [] : [table(['set', 'questions', 'n', 'accuracy', '95 % interval'], answers)]),
    contaminationSaid(sets, test)
      .map((sentence) => `${sentence}.\n`)
      .join('')
      .trimEnd(),
  ]
  return `${parts.join('\n\n')}\n`
}

function continuationTable(sets: readonly SetContamination[]): string {
  const head = ['set', 'tested', 'too short', 'flagged', 'share', '95 % interval', 'ROUGE-L']
  return table(
    head,
    sets.map(({ title, n, skipped, flagged, rougeL }) => [
      title,
      String(n - skipped),
      String(skipped),
      ...(flagged === null ? ['', '', ''] : [String(flagged.count), points(flagged.share), range(flagged.interval)]),
      rougeL === null ? '' : rougeL.toFixed(2),
    ]),
  )
}

function answerRows(title: string, { all, flagged, clean, skipped }: PartAccuracy): string[][] {
  const row = (name: string, part: PartResult | null): string[][] =>
    part === null ? [] : [[title, name, String(part.n), points(part.accuracy), range(part.interval)]]
  return [...row('flagged', flagged), ...row('clean', clean), ...row('too short', skipped), ...row('all', all)]
}

/** What the figures mean, and what they do not. */
export function contaminationSaid(sets: readonly SetContamination[], { share, minWords }: PartialPromptTest): string[] {
  const seen = `after the first ${points(share).replace(/\.0$/, '')} % of a question`
  const shortest = Math.min(...sets.flatMap(({ shortestWords }) => shortestWords ?? []))
  return [
    ...sets.map((set) => setSaid(set, seen, minWords)),
    'That a question is not flagged does not mean that the model has not seen it: greedy decoding recites only what is ' +
      'known by heart',
    ...(sets.some(({ flagged }) => flagged !== null && flagged.count > 0)
      ? [
          `A flagged one can have been guessed where the rest follows from its beginning; the shortest rest tested has ${counted(shortest, 'word')}`,
        ]
      : []),
    'Questions from serl questions are new; accuracy on them cannot come from memory',
  ]
}

function setSaid({ title, skipped, flagged, accuracy }: SetContamination, seen: string, minWords: number): string {
  const short =
    skipped === 0 ? '' : `; ${counted(skipped, 'question')} with fewer than ${minWords} words left not tested`
  if (flagged === null)
    return `${title}: no question can be tested, ${seen} fewer than ${minWords} words are left of each`
  const { count, of, interval } = flagged
  const [low, high] = [points(interval[0]), points(interval[1])]
  if (count === 0) {
    return `${title}: ${seen} the model writes the rest of none of ${of} word for word (95 % interval: up to ${high} %)${short}`
  }
  const found =
    `${title}: ${seen} the model writes the rest of ${count} of ${of} word for word (${points(flagged.share)} %, ` +
    `${low} to ${high} %)${short}. It has most probably seen these`
  if (accuracy === null || accuracy.flagged === null) return found
  const there = `accuracy is ${points(accuracy.flagged.accuracy)} % on them`
  if (accuracy.clean === null) return `${found}; ${there}, and no other question is left to judge it by`
  return `${found}; ${there} and ${points(accuracy.clean.accuracy)} % on the clean ones, which may also be harder`
}

/**
 * A line of the file, for people.
 * @param graded the answers to the whole question; null: not asked
 */
export const testedLine = (set: string, tested: TestedItem, graded: GradedItem | null): object => ({
  set,
  id: tested.item.id,
  key: tested.item.key,
  line: tested.item.line,
  given: tested.given,
  rest: tested.rest,
  words: tested.words,
  continuation: tested.continuation,
  rougeL: tested.match?.rougeL ?? null,
  flagged: tested.match?.exact ?? null,
  right: graded === null ? null : graded.grades.filter(({ right }) => right).length,
  samples: graded === null ? null : graded.grades.length,
})
