// Values that an untrusted file may hold in place of valid ones.

/** JSON text that JSON.stringify cannot produce, substituted for the quoted mark. */
const textOf: Readonly<Record<string, string>> = {
  '@1e400': '1e400',
  '@-0': '-0',
  '@deep': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  '@NaN': 'NaN', // Python writes it
}

/** JSON text of a value, with the marks above replaced by the values they name. */
export const hostileJson = (value: unknown): string =>
  Object.entries(textOf).reduce((text, [mark, raw]) => text.replaceAll(`"${mark}"`, raw), JSON.stringify(value))

/** Replacements for a number. */
export const hostileNumbers: readonly unknown[] = [
  ...[0, -1, 1.5, 5e7, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, 5e-324],
  ...['@1e400', '@-0', '@NaN', '@deep', '16', 'NaN', '', true, null],
  ...[[], [16], {}, { toString: 1, valueOf: 1 }, 'x'.repeat(100_000)],
]

/** Replacements for a text, a list or an object. */
export const hostileValues: readonly unknown[] = [
  ...[null, 3, -1, 1e308, true, '', 'F64', '__proto__', 'constructor', '\u001b[2J\n', 'x'.repeat(100_000)],
  ...[[], [null], [[]], {}, { toString: 1, valueOf: 1 }, ['@deep'], '@deep', '@1e400'],
  Array(10_000).fill(1),
]

/** Replacements for a tensor's shape. */
export const hostileShapes: readonly unknown[] = [
  ...[[-1, 16], [1.5, 16], [1e308], ['@1e400'], [2 ** 53, 2 ** 53], [2 ** 31, 2 ** 31], [2 ** 32, 2 ** 32, 0]],
  ...[[0], ['@-0', 4], ['260', '16'], [[260], [16]], [260, 16, 1], Array(40).fill(2 ** 52), Array(1e5).fill(1)],
]

/** Replacements for a tensor's offsets; `end` of the data. */
export const hostileOffsets = (end: number): readonly unknown[] => [
  ...[[0], [0, end, end], [end, 0], [-4, end], [0, 1e308], [0, '@1e400'], [0.5, end + 0.5], ['0', `${end}`]],
  ...[
    [4, end + 4],
    [0, end - 4],
    [2 ** 53 - 2, 2 ** 53 - 1],
    [0, 2 ** 63],
    ['@-0', end],
    [0, 0],
    [end, end],
  ],
]
