// JSON whose integers are kept exactly: JSON.parse rounds those beyond 2^53.

/** Begins a string that stands for an integer between the two passes; no text has this private character. */
const MARK = '\ue0ffinteger:'
const LONG = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g

/**
 * JSON.parse, with integers beyond 2^53 as bigint; all other numbers are as JSON.parse has them.
 * @throws SyntaxError as JSON.parse
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!/\d{16}/.test(text)) return value
  const marked = withMarkedIntegers(text)
  if (marked === text) return value
  return JSON.parse(marked, (_, part: unknown) =>
    typeof part === 'string' && part.startsWith(MARK) ? BigInt(part.slice(MARK.length)) : part,
  )
}

/** JSON.stringify, with a bigint as the integer that it is. */
export function stringifyJson(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${MARK}${part}` : part))
  return text?.includes(MARK) ? text.replaceAll(new RegExp(`"${MARK}(-?\\d+)"`, 'g'), '$1') : text
}

// valid JSON with its long integers written as marked strings; strings are passed over
function withMarkedIntegers(json: string): string {
  let [out, at] = ['', 0]
  while (at < json.length) {
    const quote = json.indexOf('"', at)
    const end = quote < 0 ? json.length : quote
    out += json.slice(at, end).replaceAll(LONG, (digits) => (isExact(digits) ? digits : `"${MARK}${digits}"`))
    at = quote < 0 ? end : stringEnd(json, quote)
    out += json.slice(end, at)
  }
  return out
}

const isExact = (digits: string): boolean => Number.isSafeInteger(Number(digits))

function stringEnd(json: string, quote: number): number {
  let at = quote + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}
