import { narrowForms } from '../notation/characters.ts'
import { findBoxes } from './boxed.ts'
import { TAIL } from './final-answer.ts'
import { findMarks, withoutFillers } from './markers.ts'
import { spokenTexts } from './thinking.ts'

/**
 * The letter A to J that a text chooses: in the last box that has one, else where it says so last ("the answer is B",
 * "choose B", "B is correct", <answer>B</answer>), else the text or its last line when that is a letter or begins with
 * one as a label, else the letter that the text ends with, else the last letter in brackets or behind "option" that is
 * not refused, else the label that the text begins with. Null when there is none.
 */
export function letterOf(text: string): string | null {
  for (const spoken of spokenTexts(text.slice(-TAIL))) {
    const letter = letterIn(narrowForms(spoken))
    if (letter !== null) return letter
  }
  return null
}

function letterIn(text: string): string | null {
  for (const box of findBoxes(text).reverse()) {
    const letter = leadingLetter(bare(box.inner))
    if (letter !== null) return letter
  }
  const plain = bare(text)
  return (
    lastChosen(plain) ??
    labelOf(plain.replaceAll('\n', ' ')) ??
    lastLabel(plain) ??
    ENDING.exec(plain.slice(-60))?.[1] ??
    lastOf(plain, MENTION)?.letter ??
    labelOf(plain.trim().split('\n', 1)[0]!)
  )
}

const FACES =
  /\\(?:math(?:rm|bf|sf|it|tt|bb|cal|normal)|text(?:bf|it|rm|sf|tt|sc|up|normal)?|emph|underline|uline|boldsymbol|bm|bold|pmb|mbox|hbox|operatorname) ?\{([^{}]{0,200})\}/g
const LOOKS = /\\(?:bf|rm|it|sf|tt|bfseries|itshape|displaystyle|large|Large|quad|qquad)(?![a-zA-Z])|\\[,;:! ]|~/g
const CIRCLED = /[\u24b6-\u24bf]/g

// a text without what only changes the look of a letter; brackets of any kind are round ones
function bare(text: string): string {
  let plain = text.replaceAll(LOOKS, ' ')
  for (let depth = 0; depth < 4 && plain.includes('\\'); depth += 1) plain = plain.replaceAll(FACES, '$1')
  return plain
    .replaceAll(CIRCLED, (c) => `(${String.fromCharCode(c.charCodeAt(0) - 0x24b6 + 65)})`)
    .replaceAll(/\\(?:left|right)(?![a-z])|\\[()[\]{}]|[$*`"“”{}]|__|(?<![A-Za-z\d])_|_(?![A-Za-z\d])/g, '')
    .replaceAll(/[[【〔「『《〈](?=[A-Ja-j][\]】〕」』》〉])/g, '(')
    .replaceAll(/(?<=\([A-Ja-j])[\]】〕」』》〉]/g, ')')
    .replaceAll(/\( ?([A-Ja-j]) ?\)/g, '($1)')
    .replaceAll('。', '. ')
    .replaceAll(/[ \t\r\u00a0]+/g, ' ')
    .replaceAll(/\n ?(?:\n ?)+/g, '\n\n')
}

// B; (B); B) 17; B. 17; Option B; (b); not A or C, not A + B, not "a dog"
const LEADING =
  /^\s*(?:(?:option|choice|answer|letter|选项?|選項?) ?:? ?)?(?:\(([A-J])\)|\(([a-j])\)|([A-J])(?![\p{Script=Latin}\d_^'’]))(.*)$/isu
const ANOTHER = /^[).]? ?(?:,|\/|&|and\b|or\b|,? (?:and|or)\b)? ?\(?[A-J](?![\p{L}'’])/u
const FORMULA = /^ ?(?:[=+*/^<>_]|- ?\(?[A-Za-z](?![\p{L}]))/u

function leadingLetter(text: string): string | null {
  const match = LEADING.exec(text.slice(0, 200))
  if (match === null) return null
  const bracketed = match[1] ?? match[2]
  const letter = bracketed ?? match[3]!
  const behind = match[4]!
  if (ANOTHER.test(behind) || FORMULA.test(behind)) return null
  if (bracketed !== undefined || /^\s*$|^[).:,;]/.test(behind)) return letter.toUpperCase()
  // a small letter, "A" and "I" in front of a word are words
  return /[b-hj]/.test(letter) || (/[aAiI]/.test(letter) && /^ \p{L}/u.test(behind)) ? null : letter.toUpperCase()
}

const REFUSED =
  "(?! ?(?:(?:is|are|was|seems|looks|would be|can be|must be)(?: also| clearly| simply| too| therefore| thus)* (?:not|in?correct(?<=incorrect)|wrong|false|ruled|eliminated|excluded|invalid|impossible|out|too)|(?:is|does|ca|was|wo)n't|isn’t|doesn’t|cannot|can not|does not|fails|contradicts|错|不))"
const REFUSED_LABEL = new RegExp(`^\\s*\\(?[A-J]\\)?(?!${REFUSED})`)

/** Longest text that is a choice because it begins with a label, in characters. */
const LONGEST = 80

// B, (B) or B. 17 as a whole
function labelOf(text: string): string | null {
  if (text.length > LONGEST || REFUSED_LABEL.test(text)) return null
  const label = /^\s*(?:option |choice )?\(?[A-Ja-j](?:\s*[).:]*\s*$|\)|[.:] ?\S)/i.test(text)
  return label ? leadingLetter(text) : null
}

// the last line, unless it goes on a list of the choices
function lastLabel(text: string): string | null {
  const lines = text.trim().slice(-1000).split('\n')
  const letter = labelOf(lines.at(-1)!)
  if (letter === null) return null
  const before = labelOf(lines.at(-2)?.trim() || (lines.at(-3) ?? ''))
  return before !== null && before.charCodeAt(0) + 1 === letter.charCodeAt(0) ? null : letter
}

const LETTER = "\\(?([A-J])\\)?(?![\\p{Script=Latin}\\d_^'’])"
const CHOSEN = new RegExp(
  `\\b(?:[Cc]h(?:oo|o)se|[Ss]elect|[Pp]ick|[Gg]o with|[Oo]pt for|[Mm]y (?:choice|pick|guess)(?: is|:))(?: (?:option|choice|answer))? ?:? ?${LETTER}(?! [a-z]+ly\\b)` +
    `|(?<![\\p{Script=Latin}\\d])${LETTER} (?:is|must be|has to be) (?:therefore |thus |clearly |indeed )?(?:the )?(?:only )?(?:correct|right|best|true|answer)\\b` +
    `|\\bnot \\(?[A-J]\\)?,? but (?:rather )?${LETTER}` +
    `|(?:选|選)(?:项|項|择|擇)?(?:是|为|為|:)? ?${LETTER}`,
  'gu',
)
const MENTION = new RegExp(
  `(?:\\(([A-J])\\)|\\b(?:[Oo]ption|[Cc]hoice|OPTION|CHOICE) ?\\(?([A-J])\\)?(?![\\p{Script=Latin}\\d'’]))${REFUSED}`,
  'gu',
)

const ENDING = /(?:\b(?:[Ii]s|[Ii]t's|be|[Ss]o|[Tt]hus|[Hh]ence|[Tt]herefore),?|:) \(?([A-J])\)?[.!]?\s*$/

function lastChosen(text: string): string | null {
  const chosen = lastOf(text, CHOSEN)
  for (const mark of findMarks(text)) {
    if (chosen !== null && chosen.at > mark.from + 20) break
    const letter = leadingLetter(withoutFillers(mark.text)) ?? lastOf(mark.text, MENTION)?.letter ?? null
    if (letter !== null) return letter
  }
  return chosen?.letter ?? null
}

function lastOf(text: string, pattern: RegExp): { readonly letter: string; readonly at: number } | null {
  let last: { letter: string; at: number } | null = null
  for (const match of text.matchAll(pattern)) last = { letter: match.slice(1).find(Boolean)!, at: match.index }
  return last
}
