import { describe, expect, test } from 'vitest'
import { strftime } from '../../../src/model/strftime.ts'
import { today } from '../../../src/model/template-date.ts'

// datetime.datetime(2024, 3, 5, 0, 7, 9, 42000).strftime(...) of Python 3.11 on Linux, LC_TIME=C
const date = new Date(2024, 2, 5, 0, 7, 9, 42)

describe('strftime', () => {
  test.each([
    ['%Y %y %C %m %B %b %h %d %e', '2024 24 20 03 March Mar Mar 05  5'],
    ['%H %k %I %l %M %S %f %p %P', '00  0 12 12 07 09 042000 AM am'],
    ['%A %a %w %u %j %U %W', 'Tuesday Tue 2 2 065 09 10'],
    [
      '%D|%F|%R|%T|%X|%x|%c|%r',
      '03/05/24|2024-03-05|00:07|00:07:09|00:07:09|03/05/24|Tue Mar  5 00:07:09 2024|12:07:09 AM',
    ],
    ['%-d %_d %0e %^a %-m %-H %-j', '5  5 05 TUE 3 0 65'],
    ['%n%t%%|%z|%Z|', '\n\t%|||'],
  ])('%s', (format, text) => expect(strftime(date, format)).toBe(text))
  test.each(['%G', '%Q', '%', '%#d', '%Ey', '%-F'])('%s is refused', (format) => {
    expect(() => strftime(date, format)).toThrow(`strftime's %`)
  })
})

test('today, local time', () => expect(today(date)).toBe('2024-03-05'))
