/** A \boxed{...}: its contents, and where it stands. */
export interface Box {
  readonly from: number
  readonly to: number
  readonly inner: string
}

// \boxed{...}, \fbox{...}; the backslash may be doubled or lost
const BOX = /\\*(?:boxed|fbox) ?(?=\{)/g

/** All closed boxes of a text that do not stand within another, in order. Linear in the text's length. */
export function findBoxes(text: string): Box[] {
  if (!text.includes('box')) return []
  const close = closingBraces(text)
  const boxes: Box[] = []
  for (const match of text.matchAll(BOX)) {
    const open = match.index + match[0].length
    const to = close[open]!
    const last = boxes.at(-1)
    if (to < 0 || (last !== undefined && last.to > match.index)) continue
    boxes.push({ from: match.index, to: to + 1, inner: text.slice(open + 1, to) })
  }
  return boxes
}

/** For every opening brace the place of its partner, -1 where there is none. */
export function closingBraces(text: string): Int32Array {
  const close = new Int32Array(text.length).fill(-1) // [length]
  const open: number[] = []
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i)
    if (c === 92) {
      // an escaped brace is a sign, and a doubled backslash escapes nothing
      const next = text.charCodeAt(i + 1)
      if (next === 123 || next === 125 || next === 92) i += 1
    } else if (c === 123) open.push(i)
    else if (c === 125) {
      const partner = open.pop()
      if (partner !== undefined) close[partner] = i
    }
  }
  return close
}

// what may stand between the boxes of one answer
const BETWEEN = /^(?:[\s$,;&]|\\[,;:! ]|\\q?quad|\\text\{ ?(?:and|or) ?\}|\\\(|\\\)|\band\b|\bor\b)*$/
const LONGEST_GAP = 60

/** The last box, together with the boxes right before it that make one list with it. */
export function lastBoxes(text: string, boxes: readonly Box[]): Box[] {
  const group: Box[] = []
  for (let i = boxes.length - 1; i >= 0; i -= 1) {
    const box = boxes[i]!
    const next = group[0]
    if (next !== undefined) {
      const gap = text.slice(box.to, next.from)
      if (gap.length > LONGEST_GAP || !BETWEEN.test(gap)) break
    }
    if (box.inner.trim() === '') {
      if (group.length === 0) continue
      break
    }
    group.unshift(box)
  }
  return group
}
