import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../../src/config/yaml.ts'

const parse = (text: string): unknown => parseYaml(text, (line, column) => `my.yaml:${line}:${column}`)

describe('mistakes in YAML', () => {
  it.each([
    ['kl:\n  coef: 1\n place: loss\n', '3:1: indented differently from the lines it belongs with, or .* "place: loss"'],
    ['kl: {coef: 1\nrollout:\n', '2:1: indented differently from .* a \\[ or { above is not closed'],
    ['kl:\n\tcoef: 1\n', '2:1: a tab at the start of the line: indent with spaces'],
    ['rollout:\n  suffix: Answer: \n', '2:11: one setting inside another: .* quote a text that contains ": "'],
    ['kl:\n  coef:1\n  place: loss\n', '2:3: a name without a colon and a space after it'],
    ['kl: "a\n', '2:1: a closing quote or bracket is missing before this point.*the end of the text'],
    ['kl: ]\n', '1:5: unexpected here: an extra bracket'],
    ['kl:\n  coef: 1\n  coef: 2\n', '3:3: the same name appears twice \\(found "coef: 2"\\)'],
    ['a: @home\n', '1:4: a text that begins with this character needs quotes'],
    ['a: "C:\\models"\n', '1:7: in double quotes write'],
    ['a: !Important\n', '1:4: a text that begins with ! needs quotes'],
    ['a: 1\nb: *Important*\n', '2:4: a text that begins with \\* needs quotes'],
    ['a: 1\n---\nb: 2\n', '2:1: a second document begins'],
  ])('%j', (text, message) => {
    expect(() => parse(text)).toThrow(new RegExp(`^my\\.yaml:${message}`))
  })

  it('are none of these', () => {
    expect(parse('a: &x 1\nb: *x\nc: "a: b"\nd: [1, 2]\n')).toEqual({ a: 1, b: 1, c: 'a: b', d: [1, 2] })
    expect(parse('')).toBeNull()
  })
})
