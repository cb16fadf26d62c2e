/** A line of a set. */
export type Row = Readonly<Record<string, unknown>>

const placeholder = /\{(\w+)(?:\|(\w+))?\}/g

/** How a value can be written. */
const filters: Readonly<Record<string, (value: unknown) => string>> = {
  text: textOf,
  sentence: (value) => textOf(value).replace(/([^.?!])$/, '$1.'),
  list: (value) =>
    `[${[value]
      .flat()
      .map((part) => `'${textOf(part)}'`)
      .join(', ')}]`,
}

/**
 * Fills a layout from a row: {field}, or {field|filter} with filter sentence (a full stop at its end) or list
 * (['a', 'b']). A part in [square brackets] is left out where it names a field that the row has not. A field with which a
 * later one begins is not repeated: some copies of a set have the story in the question already.
 * @returns null where a field outside brackets is missing, null or empty
 */
export function renderLayout(layout: string, row: Row): string | null {
  let text = ''
  for (const [, optional, fixed] of layout.matchAll(/\[([^\]]*)\]|([^[]+)/g)) {
    const part = fillPart((optional ?? fixed)!, layout, row)
    if (part === null && optional === undefined) return null
    text += part ?? ''
  }
  return text.trim()
}

/** What is wrong with a layout, in words; null where nothing is. */
export function layoutProblem(layout: string): string | null {
  for (const [whole, , filter] of layout.matchAll(placeholder)) {
    if (filter === undefined || Object.hasOwn(filters, filter)) continue
    return `${whole}: there is no filter ${filter}; there are ${Object.keys(filters).join(', ')}`
  }
  const bare = layout.replaceAll(/\[[^[\]]*\]/g, '')
  if (bare.includes('[')) return 'a "[" is not closed, or contains another one'
  return bare.includes(']') ? 'a "]" closes nothing' : null
}

/** The fields that a layout cannot do without. */
export function requiredFields(layout: string): string[] {
  return Array.from(layout.replaceAll(/\[[^\]]*\]/g, '').matchAll(placeholder), (match) => match[1]!)
}

function fillPart(part: string, layout: string, row: Row): string | null {
  const fields = Array.from(part.matchAll(placeholder), (match) => match[1]!)
  if (fields.some((field) => isMissing(row[field]))) return null
  return part.replaceAll(placeholder, (_, field: string, filter = 'text') =>
    isSaidLater(field, layout, row) ? '' : filters[filter]!(row[field]).trim(),
  )
}

function isSaidLater(field: string, layout: string, row: Row): boolean {
  const fields = Array.from(layout.matchAll(placeholder), (match) => match[1]!)
  const text = textOf(row[field]).trim()
  return fields.slice(fields.indexOf(field) + 1).some((later) => textOf(row[later]).trim().startsWith(text))
}

export const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '') || isEmptyList(value)

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** Numbers as JavaScript writes them, so that 43.0 is 43, integers exactly; lists with commas. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (typeof value === 'string') return value
  return ['number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : ''
}
