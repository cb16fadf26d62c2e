import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../../src/config/yaml.ts'

const parse = (text: string): unknown => parseYaml(text, (line, column) => `my.yaml:${line}:${column}`)

describe('mistakes in YAML', () => {
  it.each([
    ['kl:\n  coef: 1\n place: loss\n', '3:1: indented otherwise than the lines it belongs with, or .* "place: loss"'],
    ['kl: {coef: 1\nrollout:\n', '2:1: indented otherwise than .* a \\[ or { above is not closed'],
    ['kl:\n\tcoef: 1\n', '2:1: a tab at the start of the line: indent with spaces'],
    ['rollout:\n  suffix: Answer: \n', '2:11: one setting inside another: .* quote a text that has ": " in it'],
    ['kl:\n  coef:1\n  place: loss\n', '2:3: a name without a colon and a space behind it'],
    ['kl: "a\n', '2:1: before here a closing quote or bracket is missing.*the end of the text'],
    ['kl: ]\n', '1:5: this does not belong here: a bracket too many'],
    ['kl:\n  coef: 1\n  coef: 2\n', '3:3: the same name a second time \\(found "coef: 2"\\)'],
    ['a: @home\n', '1:4: a text that begins with this character goes into quotes'],
    ['a: "C:\\models"\n', '1:7: in a text in double quotes a . is written'],
    ['a: !Important\n', '1:4: a text that begins with ! goes into quotes'],
    ['a: 1\nb: *Important*\n', '2:4: a text that begins with \\* goes into quotes'],
    ['a: 1\n---\nb: 2\n', '2:1: a second document begins'],
  ])('%j', (text, message) => {
    expect(() => parse(text)).toThrow(new RegExp(`^my\\.yaml:${message}`))
  })

  it('are none of these', () => {
    expect(parse('a: &x 1\nb: *x\nc: "a: b"\nd: [1, 2]\n')).toEqual({ a: 1, b: 1, c: 'a: b', d: [1, 2] })
    expect(parse('')).toBeNull()
  })
})
