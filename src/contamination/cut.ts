/** A question cut in two. */
export interface CutQuestion {
  readonly given: string // what the model sees, without white space at its end
  readonly rest: string // what it should write, with the white space where the question was cut
}

// scripts that put no white space between words, with their punctuation
const unspaced = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u

// what a reader sees as one: surrogate pairs, combining marks and variation selectors stay together
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Cuts a question after a share of its length, or at the nearest place before it that splits no word, and so, as far as
 * tokenizers go, no token: before white space, or beside a character of a script without it. No character is split
 * (extended grapheme clusters, Unicode Standard Annex 29).
 * @param share in (0, 1), of UTF-16 code units
 * @returns an empty `given` where there is no such place
 */
export function cutQuestion(question: string, share: number): CutQuestion {
  const text = question.trim()
  const parts = Array.from(characters.segment(text)) // [characters], each with the index of its first code unit
  const isSpace = (part: number): boolean => /^\s/.test(parts[part]!.segment)
  const isUnspaced = (part: number): boolean => unspaced.test(parts[part]!.segment)
  let cut = Math.max(
    0,
    parts.findLastIndex(({ index }) => index <= share * text.length),
  )
  while (cut > 0 && !isSpace(cut) && !isUnspaced(cut - 1) && !isUnspaced(cut)) cut -= 1
  while (cut > 0 && isSpace(cut - 1)) cut -= 1
  const at = parts[cut]?.index ?? 0
  return { given: text.slice(0, at), rest: text.slice(at) }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** Words and numbers in a text, of any language (Unicode Standard Annex 29). */
export const countWords = (text: string): number =>
  Array.from(segmenter.segment(text)).filter(({ isWordLike }) => isWordLike).length
