/** A question cut in two. */
export interface CutQuestion {
  readonly given: string // what the model sees, without white space at its end
  readonly rest: string // what it should write, with the white space where the question was cut
}

// scripts that put no white space between words, with their punctuation
const unspaced = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u

/**
 * Cuts a question after a share of its characters, or at the nearest place before it that splits no word, and so, as far as
 * tokenizers go, no token: before white space, or beside a character of a script without it.
 * @param share in (0, 1)
 * @returns an empty `given` where there is no such place
 */
export function cutQuestion(question: string, share: number): CutQuestion {
  const text = question.trim()
  const isSpace = (at: number): boolean => /\s/.test(text.charAt(at))
  let cut = Math.floor(share * text.length)
  while (cut > 0 && !isSpace(cut) && !unspaced.test(text.slice(cut - 1, cut + 1))) cut -= 1
  while (cut > 0 && isSpace(cut - 1)) cut -= 1
  return { given: text.slice(0, cut), rest: text.slice(cut) }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** Words and numbers in a text, of any language (Unicode Standard Annex 29). */
export const countWords = (text: string): number =>
  Array.from(segmenter.segment(text)).filter(({ isWordLike }) => isWordLike).length
