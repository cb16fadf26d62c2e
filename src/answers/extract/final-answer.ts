import { type MathAnswer, readAnswer } from '../compare/answer.ts'
import { isFixedText } from '../compare/texts.ts'
import { narrowForms } from '../notation/characters.ts'
import { findBoxes, lastBoxes } from './boxed.ts'
import { spacedLanguages } from './languages.ts'
import { findMarks, withoutFillers } from './markers.ts'
import { isNotation, isSentence, notationHead, WHOLE } from './notation.ts'
import { isQuantity } from './quantities.ts'
import { type Candidate, percentBehind, rightmost } from './rightmost.ts'
import { spokenTexts } from './thinking.ts'

/** Only this much of a text's end is searched, in characters. */
export const TAIL = 20_000

/**
 * The final answer of a response: a marked answer behind the last box, the last box or boxes, what follows
 * "the answer is", the text itself when it is nothing but notation, the last piece of mathematics or number. A
 * candidate that cannot be read gives way to the next one; null when there is none. Thinking counts only where
 * nothing follows it.
 */
export function answerOfResponse(text: string): MathAnswer | null {
  for (const spoken of spokenTexts(text.slice(-TAIL))) {
    const answer = firstReadable(responseCandidates(tidy(spoken)))
    if (answer !== null) return answer
  }
  return null
}

/** The answer of a reference: as for a response, but a text without any mark is an answer as a whole. */
export function answerOfGold(text: string): MathAnswer | null {
  const tail = tidy(spokenTexts(text.slice(-TAIL))[0]!)
  const bare =
    !/boxed ?\{|fbox ?\{|answer|####/i.test(tail) && (!/\$|\\[([]/.test(tail) || /^\s*(?:\$|\\[([])/.test(tail))
  if (bare && tail.length <= WHOLE) {
    const whole = readAnswer(trimmed(tail))
    // a sentence with a number in it is about the number; anything shorter is the answer, readable or not
    const isText = whole.shape?.kind === 'text' && /\d/.test(tail) && !isFixedText(tail)
    if ((whole.shape !== null && !isText) || (trimmed(tail) !== '' && !isSentence(tail))) return whole
  }
  return firstReadable(responseCandidates(tail)) ?? (trimmed(tail) === '' ? null : readAnswer(trimmed(tail)))
}

function firstReadable(candidates: Iterable<Candidate>): MathAnswer | null {
  let unread: MathAnswer | null = null
  for (const candidate of candidates) {
    const text = trimmed(candidate.text)
    if (text === '') continue
    const answer = readAnswer(text, candidate.running)
    if (answer.shape !== null || candidate.certain) return answer
    if (/[\p{L}\p{N}]/u.test(text.replaceAll(/\\[a-zA-Z]+/g, ''))) unread ??= answer
  }
  return unread
}

// control tokens say nothing, and runs of blanks are one: the patterns below rely on that
function tidy(text: string): string {
  return halfDays(spacedLanguages(narrowForms(text)))
    .replaceAll(/<\|[a-z_]{1,30}\|>|<\/?s>/g, ' ')
    .replaceAll(/\\n(?![a-zA-Z])/g, '\n')
    .replaceAll(/[ \t\r\u00a0]{2,}|[\t\r\u00a0]/g, ' ')
    .replaceAll(/\n ?(?:\n ?)+/g, '\n\n')
}

// 9:30 a.m. is 9:30 am; the last full stop may end the sentence
const halfDays = (text: string): string =>
  /[ap]\.m/i.test(text) ? text.replaceAll(/(?<=\d) ?([ap])\.m(?:\.(?=,? [a-z\d])|\b)/gi, ' $1m') : text

/** A candidate without the delimiters and full stops round it. */
function trimmed(candidate: string): string {
  let text = candidate.trim()
  for (let i = 0; i < 4; i += 1) {
    text = text.replace(/^[`"“「『]+([^`"”」』]+)[`"”」』]+$/, '$1')
    text = text.replace(/^(?:\$+|\\\(|\\\[|\*+|_+(?![{a-zA-Z])|[:=] )/, '').trim()
    text = text.replace(/(?:(?<!\\)\$+|\\\)|\\\]|\*+|_+|(?<!\\right)[,;:]|(?<!\\right|\.)\.)$/, '').trim()
  }
  return text
}

function* responseCandidates(text: string): Generator<Candidate> {
  const boxes = findBoxes(text)
  const marks = findMarks(text)
  const [last] = marks
  if (last?.closed && last.from > (boxes.at(-1)?.to ?? -1)) yield* sentenceCandidates(last.text)
  const group = lastBoxes(text, boxes)
  if (group.length > 0) yield { text: boxesText(text, group), certain: true }
  for (const mark of marks) yield* sentenceCandidates(mark.text)
  if (isNotation(text) || isQuantity(trimmed(text))) yield { text, running: !/[\\$]/.test(text) }
  yield* rightmost(text)
}

function boxesText(text: string, group: readonly { readonly to: number; readonly inner: string }[]): string {
  const all = [...new Set(group.map((box) => box.inner.trim()))]
  // \boxed{28} or \boxed{28_9} is one number, once without its base
  const inners = all.filter((inner) => !all.some((other) => other.startsWith(`${inner}_`)))
  return inners.join(', ') + percentBehind(text, group.at(-1)!.to)
}

// B, (B), B) 12, (b); not "a triangle" or "I think"
const LABEL =
  /^[*_]{0,2}(?:\(?([A-J])(?:[):.]|(?=$|[*_,])|(?= )(?<![AI])|(?= \W))[*_]{0,2}(?:$|[ .,])|\(?([a-j])\)(?:$|[ .,]))/

function* sentenceCandidates(marked: string): Generator<Candidate> {
  const sentence = withoutFillers(marked)
  const group = lastBoxes(sentence, findBoxes(sentence)) // empty boxes make no group
  if (group.length > 0) yield { text: boxesText(sentence, group) }
  if (isNotation(sentence) || isQuantity(trimmed(sentence))) yield { text: sentence, running: !/[\\$]/.test(sentence) }
  const choice = LABEL.exec(sentence)
  if (choice !== null && sentence.length < 80) yield { text: (choice[1] ?? choice[2])!.toUpperCase() }
  const head = notationHead(sentence)
  if (head !== '') yield { text: head, running: !/[\\$]/.test(head) }
  yield* rightmost(sentence)
  const words = sentence.split(' ')
  if (words.length <= 6 && !/\d/.test(sentence)) yield { text: `\\text{${sentence.replaceAll(/[{}\\$*]/g, '')}}` }
}
