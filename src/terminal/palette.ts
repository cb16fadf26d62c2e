import type { WriteStream } from 'node:tty'
import pico from 'picocolors'

/** Colours by what they mean; without colours, the texts themselves. */
export interface Palette {
  readonly bright: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly strong: (text: string) => string
}

/** The colours of a terminal; none with NO_COLOR, or where it has none. FORCE_COLOR overrides both. */
export function paletteOf(stream: Pick<WriteStream, 'hasColors'> = process.stderr): Palette {
  const isForced = !['', '0', 'false', undefined].includes(process.env.FORCE_COLOR)
  const isRefused = (process.env.NO_COLOR ?? '') !== ''
  const colors = pico.createColors(isForced || (!isRefused && (stream.hasColors?.() ?? false)))
  return { bright: colors.cyan, dim: colors.dim, good: colors.green, bad: colors.red, strong: colors.bold }
}
