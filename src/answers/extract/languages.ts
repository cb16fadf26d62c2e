// Chinese, Japanese and Korean prose as far as answers need it: full stops, "and" and "or", units, powers of ten.

const UNITS: Readonly<Record<string, string>> = {
  小时: 'hours',
  小時: 'hours',
  時間: 'hours',
  시간: 'hours',
  分钟: 'minutes',
  分鐘: 'minutes',
  秒: 'seconds',
  天: 'days',
  公里: 'km',
  千米: 'km',
  厘米: 'cm',
  毫米: 'mm',
  平方米: 'm^2',
  平方厘米: 'cm^2',
  立方米: 'm^3',
  立方厘米: 'cm^3',
  千克: 'kg',
  公斤: 'kg',
  元: 'yuan',
  円: 'yen',
}
const LONGEST_FIRST = Object.keys(UNITS).sort((a, b) => b.length - a.length)
const UNIT = new RegExp(`(?<=\\d) ?(${LONGEST_FIRST.join('|')})`, 'g')
const ITEM_ENDS = '(?<=[\\d)\\]}$%])'
const ITEM_BEGINS = '(?=[-\\d([\\\\$a-zA-Z])'
const OR = new RegExp(`${ITEM_ENDS} ?(?:或者?|または|もしくは|또는) ?${ITEM_BEGINS}`, 'g')
const AND = new RegExp(`${ITEM_ENDS} ?(?:和|与|與|及|以及|と|그리고) ?${ITEM_BEGINS}`, 'g')
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}。、]/u

/** Puts the marks and units of languages without blanks into the notation that is read everywhere else. */
export function spacedLanguages(text: string): string {
  if (!UNSPACED.test(text)) return text
  return text
    .replaceAll('。', '. ')
    .replaceAll('、', ', ')
    .replaceAll(OR, ' or ')
    .replaceAll(AND, ' and ')
    .replaceAll(/(?<=\d) ?[万萬만](?![分年])/g, '×10^4')
    .replaceAll(/(?<=\d) ?[亿億억]/g, '×10^8')
    .replaceAll(UNIT, (_, unit: string) => ` ${UNITS[unit]} `)
}
