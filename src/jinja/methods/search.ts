// Finding, splitting and replacing, as Python's str does; places are counted in code points.
import { requireSize } from '../budget.ts'
import { fail } from '../protocol.ts'
import { space, stripLeft, stripRight } from '../space.ts'
import { points, type Value } from '../value.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python ends lines at them
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g

/** str.strip and its kin; chars null: white space. */
export function strip(text: string, chars: string | null, ends: 'both' | 'left' | 'right'): string {
  if (chars === null) {
    const begun = ends === 'right' ? text : stripLeft(text)
    return ends === 'left' ? begun : stripRight(begun)
  }
  const taken = new Set(points(chars))
  const all = points(text)
  let [from, to] = [0, all.length]
  if (ends !== 'right') while (from < to && taken.has(all[from]!)) from++
  if (ends !== 'left') while (to > from && taken.has(all[to - 1]!)) to--
  return all.slice(from, to).join('')
}

/** str.split(separator, most); separator null: runs of white space. */
export function split(text: string, separator: string | null, most: number): string[] {
  if (separator === null) return splitSpace(text, most)
  if (separator === '') return fail('empty separator')
  const parts = text.split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(separator)]
}

const gaps = new RegExp(`${space}+`, 'g')

function splitSpace(text: string, most: number): string[] {
  const whole = stripLeft(text)
  const parts: string[] = []
  let from = 0
  for (const gap of whole.matchAll(gaps)) {
    if (most >= 0 && parts.length >= most) break
    parts.push(whole.slice(from, gap.index))
    from = gap.index + gap[0].length
  }
  return from < whole.length ? [...parts, whole.slice(from)] : parts
}

/** str.rsplit(separator, most) */
export function splitRight(text: string, separator: string | null, most: number): string[] {
  if (most < 0) return split(text, separator, most)
  if (separator === null) return splitSpaceRight(text, most)
  const parts = split(text, separator, -1)
  if (parts.length <= most + 1) return parts
  const cut = parts.length - most
  return [parts.slice(0, cut).join(separator), ...parts.slice(cut)]
}

function splitSpaceRight(text: string, most: number): string[] {
  const whole = stripRight(text)
  const parts: string[] = []
  let to = whole.length
  for (const gap of [...whole.matchAll(gaps)].reverse()) {
    if (parts.length >= most) break
    parts.push(whole.slice(gap.index + gap[0].length, to))
    to = gap.index
  }
  return (to > 0 ? [...parts, whole.slice(0, to)] : parts).reverse()
}

/** str.splitlines(keep) */
export function splitLines(text: string, keep = false): string[] {
  const lines: string[] = []
  let from = 0
  for (const found of text.matchAll(lineEnd)) {
    lines.push(text.slice(from, found.index + (keep ? found[0].length : 0)))
    from = found.index + found[0].length
  }
  return from < text.length ? [...lines, text.slice(from)] : lines
}

/** str.replace(old, replacement, most); most below 0: all. */
export function replaceText(text: string, old: string, replacement: string, most: number): string {
  if (most === 0) return text
  if (old === '') return replaceGaps(text, replacement, most)
  const parts = split(text, old, most)
  requireSize(text.length + (parts.length - 1) * Math.max(0, replacement.length - old.length))
  return parts.join(replacement)
}

/** An empty text is found before every character and at the end. */
function replaceGaps(text: string, replacement: string, most: number): string {
  const all = points(text)
  const times = most < 0 ? all.length + 1 : Math.min(most, all.length + 1)
  requireSize(text.length + times * replacement.length)
  const begun = all.map((character, i) => (i < times ? replacement + character : character)).join('')
  return times > all.length ? begun + replacement : begun
}

export interface Within {
  readonly text: string
  readonly from: number // code points before it
  readonly valid: boolean // false: it starts after the end, where nothing is found
}

/** text[start:stop], as find and its kin count. */
export function within(text: string, start: number | null, stop: number | null): Within {
  const all = points(text)
  const clip = (at: number) => (at < 0 ? Math.max(0, at + all.length) : at)
  const from = clip(start ?? 0)
  const to = Math.min(all.length, clip(stop ?? all.length))
  return { text: all.slice(from, to).join(''), from, valid: from <= all.length && from <= to }
}

/** Place of a part in code points, -1 where it is not. */
export function find({ text, from, valid }: Within, part: string, last: boolean): number {
  const unit = last ? text.lastIndexOf(part) : text.indexOf(part)
  return unit < 0 || !valid ? -1 : from + points(text.slice(0, unit)).length
}

/** Times that a part is in it, without overlap. */
export function countOf({ text, valid }: Within, part: string): number {
  if (!valid) return 0
  return part === '' ? points(text).length + 1 : text.split(part).length - 1
}

export const texts = (parts: readonly string[]): Value[] => [...parts]
