import { refuse } from './budget.ts'

const escapes = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g

const single: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The text of a string literal, without its quotes: Python's escapes; an unknown one keeps its backslash. */
export function stringLiteral(body: string): string {
  return body.replace(escapes, (whole, octal, hex, short, long, character: string | undefined) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const digits = hex ?? short ?? long
    if (digits !== undefined) return characterOf(Number.parseInt(digits, 16), whole)
    if ('xuUN'.includes(character!)) return refuse(`the escape ${whole} in a string`)
    return single[character!] ?? whole
  })
}

function characterOf(point: number, written: string): string {
  if ((point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return refuse(`the escape ${written} in a string`)
  return String.fromCodePoint(point)
}
