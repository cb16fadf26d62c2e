/** For messages: the beginning of a long text. */
export const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text)

/** For messages: what a module returned. JSON has no NaN and no Infinity, and would call them null. */
export const shownValue = (value: unknown): string => shortened(valueText(value))

const valueText = (value: unknown): string => {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return valueText(Array.from(value as Float32Array))
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}

/** For messages: a text in quotes. */
export const quoted = (text: string): string => JSON.stringify(shortened(text))
