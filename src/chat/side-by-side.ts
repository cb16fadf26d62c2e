import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

const gap = ' │ '

/** From this width on, two texts are readable beside each other. */
export const leastColumns = 72

/** Texts beside each other, each under its heading, wrapped to equal widths. */
export function sideBySide(
  texts: readonly { readonly heading: string; readonly text: string }[],
  columns: number,
): string[] {
  const width = Math.floor((columns - gap.length * (texts.length - 1)) / texts.length)
  const blocks = texts.map(({ heading, text }) =>
    wrapAnsi(`${heading}\n${text}`, width, { hard: true, trim: false }).replaceAll('\t', '    ').split('\n'),
  )
  const height = Math.max(...blocks.map((block) => block.length))
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block) => padded(block[row] ?? '', width))
      .join(gap)
      .trimEnd(),
  )
}

const padded = (text: string, width: number): string => `${text}${' '.repeat(Math.max(0, width - stringWidth(text)))}`
