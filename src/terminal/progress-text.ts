import stringWidth from 'string-width'
import type { Palette } from './palette.ts'

/** How far a job is. */
export interface Progress {
  readonly stage: string
  readonly done: number
  readonly total: number
  readonly eta: number | null // seconds; null: not known yet
}

const widestBar = 30
const narrowestBar = 6

/** "generating  ━━━━━━━━━━──────────  62 %  ETA 0:12": as much of it as fits. */
export function progressText({ stage, done, total, eta }: Progress, columns: number, palette: Palette): string {
  const share = shareOf(done, total)
  const figures = [`${Math.floor(100 * share)} %`, ...(eta === null ? [] : [`ETA ${duration(eta)}`])]
  const room = columns - stringWidth(stage) - figures.join('  ').length - 4
  const drawn = room < narrowestBar ? [] : [bar(share, Math.min(room, widestBar), palette)]
  return fitted([stage, ...drawn, ...figures], columns)
}

/** In [0, 1], whatever is reported. */
export const shareOf = (done: number, total: number): number => (total > 0 ? Math.min(Math.max(done / total, 0), 1) : 0)

/** @param share in [0, 1] */
export function bar(share: number, width: number, { bright, dim }: Palette): string {
  const full = Math.round(share * width)
  return `${bright('━'.repeat(full))}${dim('─'.repeat(width - full))}`
}

const levels = '▁▂▃▄▅▆▇█'

/** A curve as one row of blocks, the newest value last; equal values are in the middle. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width)
  const least = Math.min(...shown)
  const span = Math.max(...shown) - least
  return shown
    .map((value) => levels[span === 0 ? 3 : Math.round(((value - least) / span) * (levels.length - 1))])
    .join('')
}

/** As many of the parts as fit, in their order, two spaces between them; the first always. */
export function fitted(parts: readonly string[], columns: number): string {
  let line = parts[0] ?? ''
  for (const part of parts.slice(1)) {
    if (part === '') continue
    if (stringWidth(line) + 2 + stringWidth(part) > columns) break
    line += `  ${part}`
  }
  return line
}

/** "0:07", "12:30", "1:02:03", "2 d 03:00": of seconds. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ]
  const two = (value: number): string => String(value).padStart(2, '0')
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}`
  if (hours > 0) return `${hours}:${two(minutes)}:${two(whole % 60)}`
  return `${minutes}:${two(whole % 60)}`
}
