const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** Python's strftime in the C locale, local time; the directives that chat templates use; others are unchanged. */
export function strftime(date: Date, format: string): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const hour = date.getHours() % 12 || 12
  const directives: Record<string, string> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    B: months[date.getMonth()]!,
    b: months[date.getMonth()]!.slice(0, 3),
    d: two(date.getDate()),
    A: days[date.getDay()]!,
    a: days[date.getDay()]!.slice(0, 3),
    H: two(date.getHours()),
    I: two(hour),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    p: date.getHours() < 12 ? 'AM' : 'PM',
    '%': '%',
  }
  // a hyphen (glibc) drops the leading zero
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, hyphen: string, letter: string) => {
    const text = directives[letter]
    if (text === undefined) return whole
    return hyphen ? text.replace(/^0(?=.)/, '') : text
  })
}
