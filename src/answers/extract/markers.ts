/** What follows "the answer is" and its like, up to the end of the sentence. */
export interface Mark {
  readonly from: number
  readonly text: string
  readonly closed: boolean // an <answer> element, or one that "I hope it is correct" follows
}

// the answer (to the problem) is; Answer: ; **Answer**: ; The correct option is; a heading "Final answer"
const EMPHASIS = '[*_}\\])"” ]{0,6}'
const NAME = '(?:answer|solution set|(?:correct|right|best) (?:option|choice)|final result)s?'
const ABOUT =
  '(?:,? ?\\(?(?:to|for|of|in|as|rounded|expressed|after|correct) [^.:;?\\n$]{1,60}?[,)]{0,2}| choice| option)?'
const VERB =
  '(?: (?:is|are|was|will be|would be|must be|should be|has to be|becomes|equals|(?:comes|works|turns) out to(?: be)?)(?![\\w])| ?(?::|=|→|⇒| [-–—] ))'
const REMARK =
  '(?! ?[*_]{0,2}(?:not|(?:in)?correct|right|wrong|reasonable|consistent|valid|verified|confirmed|clear|obvious|found|obtained|checked|unique|as follows|below|above)\\b)'
// whose answer it is, if not the response's own
const OTHER =
  '(?<!\\b(?:this|that|your|an|any|each|their|his|her|wrong|possible|previous|earlier|initial|if the|whether the|suppose the|unless the) )'
const WORDS = [
  `(?<!\\p{L})${OTHER}${NAME}${EMPHASIS}${ABOUT}${EMPHASIS}${VERB}${REMARK}(?: ?:)?`,
  `(?<=(?:^|\\n)[#*_> \\d.✅]{0,12}(?:the )?(?:final |correct )?)${NAME}[*_ ]{0,4}\\n`,
  '(?<!\\p{L})ans\\.? ?[:=]',
  // that of GSM8K, not a heading of Markdown
  '####(?! ?\\d{1,2}[.):] ?[*_]{0,2}\\p{L}) ?(?=[*_]{0,3}[-+−$£€¥\\\\([{.√π½\\d]|[^\\s#*]{1,20}\\s*$)',
  '(?:答案|(?:方程|不等式)(?:组|組)?的解)(?:应该|應該|应当|应|應|就|便)?(?:[是为為选選]|等于|等於|[*_ ]{0,4}[:=])[:,]?',
  '(?<=(?:^|[\\s,.*]))答[*_ ]{0,4}:',
  '(?:答え|正解|正答)[*_ ]{0,4}(?:は|:)(?:, )?',
  '(?:정답|답)[*_ ]{0,4}(?:은|:)',
  '(?<!\\p{L})(?:respuesta|réponse|risposta|resposta)(?: (?:final|finale|correcta|correta|corretta))?[*_ ]{0,4}(?: (?:es|est|è|é)(?!\\p{L})| ?:)',
  '(?<!\\p{L})antwort[*_ ]{0,4}(?: (?:ist|lautet|beträgt)(?!\\p{L})| ?:)',
  '(?<!\\p{L})ответ[*_ ]{0,4}(?: ?:| [-–—]| равен)',
  '<(?:final_?)?answer>',
]
const MARK = new RegExp(WORDS.join('|'), 'iuy')

// what every mark begins with: found fast, and looked at closely only there
const BEGINNING =
  /answer|ans[.:= ]|solution set|final result|(?:correct|right|best) (?:option|choice)|####|答|正解|正答|方程|不等式|[정답]|r[eé]sp|répo|rispo|antwort|ответ|<(?:final_?)?answer>/gi

// from the last
function* marksIn(text: string): Generator<readonly [from: number, isElement: boolean]> {
  const beginnings = Array.from(text.matchAll(BEGINNING), ({ index }) => index)
  for (const index of beginnings.slice(-MOST_BEGINNINGS).reverse()) {
    MARK.lastIndex = index
    const mark = MARK.exec(text)
    if (mark !== null) yield [MARK.lastIndex, mark[0].startsWith('<')]
  }
}

const HOPE = /I hope (?:it|this) is correct/gi

/** Most marks that are looked at, from the last. */
const MOST = 8
const MOST_BEGINNINGS = 200

/** Longest marked sentence that is read, in characters. */
const LONGEST_SENTENCE = 2000

/** The marked answers of a text, the last first; those that begin a solution ("Answer: First, ...") are none. */
export function findMarks(text: string): Mark[] {
  const marks: Mark[] = []
  let [limit, seen] = [text.length, 0]
  for (const [from, isElement] of marksIn(text)) {
    const mark = isElement ? elementMark(text, from) : sentenceMark(text, from, limit)
    if (mark !== null) marks.push(mark)
    limit = from
    seen += 1
    if (seen === MOST) break
  }
  return marks
}

/** The last marked answer; null when there is none. */
export const lastMarked = (text: string): Mark | null => findMarks(text)[0] ?? null

function elementMark(text: string, from: number): Mark | null {
  const length = text.slice(from).search(/<\/(?:final_?)?answer>/i)
  const inner = text.slice(from, length < 0 ? text.length : from + length).trim()
  return inner === '' ? null : { from, text: inner, closed: length >= 0 }
}

const FILLERS =
  /^(?:(?:therefore|thus|then|so|hence|simply|just|exactly|indeed|clearly|also|option|choice),? |an? (?=\p{L}{2})){1,3}(?=\S)/iu

/** An answer's sentence without the words in front that are no part of it. */
export const withoutFillers = (sentence: string): string => sentence.replace(FILLERS, '')

const SOLUTION =
  /^(?:let\b|let's|first\b|firstly|to |we |since |given |step \d|start |begin |consider|suppose|in order)/i

// "I hope it is correct" ends an answer, unless another mark stands between
function sentenceMark(text: string, from: number, limit: number): Mark | null {
  HOPE.lastIndex = from
  const hope = HOPE.exec(text)
  const closed = hope !== null && hope.index <= limit
  const end = Math.min(closed ? hope.index : sentenceEnd(text, from), from + LONGEST_SENTENCE)
  const sentence = text
    .slice(from, end)
    .replace(/^(?:[\s*:]|__)+/, '')
    .replace(/(?:[\s*]|(?<!\.)\.(?!\.))+$/, '')
  if (sentence === '' || (SOLUTION.test(sentence) && text.slice(end).trim() !== '')) return null
  return { from, text: sentence, closed }
}

// a full stop ends these, but not the sentence, unless a capital follows; behind a title it does
const ABBREVIATION =
  /(?:^|[\s(])(?:approx|appr|sq|cu|vs|e\.g|i\.e|ca|fig|eq|u\.s|ft|in|yd|mi|lb|lbs|oz|min|hr|hrs|sec|no)$/i
const TITLE = /(?:^|[\s(])(?:mr|mrs|ms|dr|st|prof|mt)$/i

// a full stop behind which a new sentence begins, or a line's end behind the first words
function sentenceEnd(text: string, from: number): number {
  let at = from
  while (/\s/.test(text[at] ?? '')) at += 1
  let inMaths = false
  for (; at < text.length && at - from < LONGEST_SENTENCE; at += 1) {
    const c = text[at]!
    if (c === '$' && text[at - 1] !== '\\') inMaths = inMaths ? false : opensMaths(text, at)
    else if (c === '\n' && !inMaths && !opensDisplay(text, from, at)) return at
    else if (c === '.' && !inMaths && /\s/.test(text[at + 1] ?? ' ') && endsSentence(text, at)) return at
  }
  return at
}

function endsSentence(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 8), at)
  if (TITLE.test(before)) return !/^\s\p{Lu}/u.test(text.slice(at + 1, at + 3))
  return !(ABBREVIATION.test(before) && /^ [a-z\d$\\(]/.test(text.slice(at + 1, at + 3)))
}

/** Longest formula within a line, in characters. */
const LONGEST_FORMULA = 1000

// a dollar sign of an amount has no partner in its line
function opensMaths(text: string, at: number): boolean {
  if (text[at + 1] === '$' || text[at - 1] === '$') return true
  return /^[^\n$]*\$/.test(text.slice(at + 1, at + LONGEST_FORMULA))
}

const opensDisplay = (text: string, from: number, at: number): boolean =>
  /\\\[\s*$/.test(text.slice(Math.max(from, at - 3), at))
