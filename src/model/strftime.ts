import { refuse } from '../jinja/budget.ts'

const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/**
 * Python's strftime of a local time without a time zone, in the C locale, with glibc's flags "-", "_", "0" and "^".
 * @throws TemplateError for a directive that is not supported
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%([-_0^]?)([\s\S]|$)/g, (whole, flag: string, letter: string) => {
    const text = wholes[letter]?.(date)
    if (text !== undefined)
      return flag === '^' ? text.toUpperCase() : flag === '' ? text : refuse(`strftime's ${whole}`)
    const compound = compounds[letter]
    if (compound !== undefined) return flag === '' ? strftime(date, compound) : refuse(`strftime's ${whole}`)
    const number = numbers[letter]?.(date)
    return number === undefined ? refuse(`strftime's ${whole}`) : padded(number, flag)
  })
}

type Field = (date: Date) => string

const wholes: Readonly<Record<string, Field>> = {
  B: (date) => months[date.getMonth()]!,
  b: (date) => months[date.getMonth()]!.slice(0, 3),
  h: (date) => months[date.getMonth()]!.slice(0, 3),
  A: (date) => days[date.getDay()]!,
  a: (date) => days[date.getDay()]!.slice(0, 3),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getHours() < 12 ? 'am' : 'pm'),
  w: (date) => String(date.getDay()),
  u: (date) => String(date.getDay() || 7),
  f: (date) => `${String(date.getMilliseconds()).padStart(3, '0')}000`,
  z: () => '', // Python's datetime.now() knows no time zone
  Z: () => '',
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
}

const compounds: Readonly<Record<string, string>> = {
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  c: '%a %b %e %H:%M:%S %Y',
  r: '%I:%M:%S %p',
  x: '%m/%d/%y',
}

interface Padded {
  readonly value: number
  readonly width: number
  readonly fill: '0' | ' '
}

const two = (value: number): Padded => ({ value, width: 2, fill: '0' })
const hour12 = (date: Date): number => date.getHours() % 12 || 12

const numbers: Readonly<Record<string, (date: Date) => Padded>> = {
  Y: (date) => ({ value: date.getFullYear(), width: 1, fill: '0' }),
  C: (date) => two(Math.floor(date.getFullYear() / 100)),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  e: (date) => ({ value: date.getDate(), width: 2, fill: ' ' }),
  H: (date) => two(date.getHours()),
  k: (date) => ({ value: date.getHours(), width: 2, fill: ' ' }),
  I: (date) => two(hour12(date)),
  l: (date) => ({ value: hour12(date), width: 2, fill: ' ' }),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  j: (date) => ({ value: dayOfYear(date) + 1, width: 3, fill: '0' }),
  U: (date) => two(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7)),
  W: (date) => two(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7)),
}

function padded({ value, width, fill }: Padded, flag: string): string {
  if (flag === '-') return String(value)
  return String(value).padStart(width, flag === '_' ? ' ' : flag === '0' ? '0' : fill)
}

/** 0 on 1 January. */
function dayOfYear(date: Date): number {
  const day = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return Math.round((day - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000)
}
