import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TemplateError } from '../../../src/jinja/budget.ts'
import { compileTemplate } from '../../../src/jinja/template.ts'
import { strftime } from '../../../src/model/strftime.ts'

const folder = new URL('../../fixtures/chat-templates/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

interface Outcome {
  readonly text?: string
  readonly error?: string
}
const expected = JSON.parse(read('expected.json')) as {
  readonly families: readonly (Outcome & { readonly family: string; readonly conversation: string })[]
  readonly expressions: readonly (Outcome & { readonly template: string })[]
}
const conversations = JSON.parse(read('conversations.json')) as Record<string, Record<string, unknown>>

const clock = new Date(2026, 2, 5, 14, 7)
const given = { tools: null, documents: null, add_generation_prompt: false, bos_token: '<s>', eos_token: '</s>' }
const render = (template: string, variables: Record<string, unknown> = {}): string =>
  compileTemplate(template).render({ ...given, ...variables }, (format) => strftime(clock, format))

/** What transformers raises must fail; what it renders must be the same text. */
function check(template: string, { text, error }: Outcome, variables: Record<string, unknown>): void {
  if (text === undefined) expect(() => render(template, variables), error).toThrow(TemplateError)
  else expect(render(template, variables)).toBe(text)
}

describe('templates of public families are rendered as by transformers', () => {
  for (const family of new Set(expected.families.map((entry) => entry.family))) {
    test(family, () => {
      const template = read(`families/${family}.jinja`)
      const entries = expected.families.filter((entry) => entry.family === family)
      expect(entries.filter(({ text }) => text !== undefined).length).toBeGreaterThan(0)
      for (const entry of entries) check(template, entry, conversations[entry.conversation]!)
    })
  }
})

/** Rendered by jinja2, and refused here by name. */
const refusedHere: ReadonlyMap<string, string> = new Map([
  ["{{ ('<'|safe) + '<' }}", '"+" with a text from "safe"'],
  ["{{ 'x'.format_map({}) }}|{{ 'a'.encode() }}", 'str.format_map'],
  ['{{ 1.5.real }}|{{ 5.bit_length() }}', 'float.real'],
])

describe('expressions and statements are rendered as by transformers', () => {
  for (const { template, ...outcome } of expected.expressions) {
    test(JSON.stringify(template), () => {
      const refusal = refusedHere.get(template)
      if (refusal === undefined) check(template, outcome, conversations.plain!)
      else expect(() => render(template)).toThrow(refusal)
    })
  }
})

function failureOf(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

describe('a template that does not end is stopped', () => {
  const loop = (body: string, depth: number): string =>
    '{% for i in range(100000) %}'.repeat(depth) + body + '{% endfor %}'.repeat(depth)
  test.each([
    ['a loop', loop('', 3), 'does not end: stopped after'],
    ['a loop that writes', loop('0123456789', 3), /does not end|at most \d+ are allowed/],
    ['a loop over a filter', loop('{{ messages|map("upper")|list }}', 3), /does not end|at most/],
    ['a text that doubles', `{% set ns = namespace(t='ab') %}${loop('{% set ns.t = ns.t ~ ns.t %}', 1)}`, 'at most'],
    [
      'a list that doubles',
      `{% set ns = namespace(t=[1]) %}${loop('{% set ns.t = ns.t + ns.t %}', 1)}`,
      /at most|does not end/,
    ],
    ['a repeated text', "{{ 'a' * 10 ** 12 }}", 'at most'],
    ['a repeated list', '{{ [1] * 10 ** 12 }}', 'at most'],
    ['a wide text', "{{ 'a'.center(10 ** 12) }}", 'at most'],
    ['a wide number', "{{ '%1000000000d' % 1 }}", 'at most'],
    ['a deep indentation', '{{ [[1]]|tojson(indent=10 ** 12) }}', 'at most'],
    ['a large number', '{{ 10 ** (10 ** 10) }}', 'not supported'],
    ['a number that grows', `{% set ns = namespace(t=3) %}${loop('{% set ns.t = ns.t * ns.t %}', 1)}`, 'not supported'],
    [
      'a value printed',
      `{% set ns = namespace(t=[1]) %}${loop('{% set ns.t = [ns.t, ns.t] %}', 1)}`.replace('100000', '60') +
        '{{ ns.t }}',
      /at most|does not end/,
    ],
    [
      'a value compared',
      `${`{% set ns = namespace(t=[1], u=[1]) %}${loop('{% set ns.t = [ns.t, ns.t] %}{% set ns.u = [ns.u, ns.u] %}', 1)}`.replace(
        '100000',
        '60',
      )}{{ ns.t == ns.u }}`,
      'does not end',
    ],
    ['a long range', '{{ range(10 ** 9) }}', 'at most 100000 are allowed'],
    ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'nested too deeply'],
    ['brackets', `{{ ${'('.repeat(1e5)}1${')'.repeat(1e5)} }}`, 'nested too deeply'],
  ])('%s', (_, template, message) => {
    const failure = failureOf(() => render(template, { messages: [{ role: 'user', content: 'x' }] }))
    expect(failure).toBeInstanceOf(TemplateError)
    expect(failure.message).toMatch(message)
  })
  test('one that takes the square of its text is stopped in time', () => {
    const text = `${' '.repeat(2 ** 20)}x`
    const template =
      '{% for i in range(1000) %}{{ t.strip()|length }}{{ t.split()|length }}{{ t.rsplit(none, 3)|length }}{% endfor %}'
    expect(() => render(template, { t: text })).toThrow('does not end')
  })
  test('a long chat is not', () => {
    const messages = Array.from({ length: 2000 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: 'word '.repeat(200),
    }))
    expect(render(read('families/qwen3.jinja'), { messages }).length).toBeGreaterThan(2e6)
  })
})

describe('what is not supported is refused by its name', () => {
  test.each([
    ["{{ 'a'|urlencode }}", 'the filter "urlencode"'],
    ['{{ [1]|random }}', 'the filter "random"'],
    ["{{ 'a'.casefold() }}", 'str.casefold'],
    ["{% include 'a' %}", '{% include %}'],
    ['{% block a %}{% endblock %}', '{% block %}'],
    ['{{ lipsum() }}', 'lipsum()'],
    ['{{ messages|map("upper") }}', 'printing a generator'],
    ['{{ raise_exception }}', 'printing the function raise_exception'],
    ["{{ '\\N{DIGIT ONE}' }}", 'the escape \\N'],
    ["{{ strftime_now('%G') }}", "strftime's %G"],
    ["{{ 'ǆ'.title() }}", 'the title case of "ǆ"'],
    ["{{ '{:>4}'.format(1) }}", 'the format field {:>4}'],
  ])('%s', (template, name) => {
    expect(() => render(template, { messages: ['a'] })).toThrow(name)
  })
  test('with the line of a template that does not parse', () => {
    expect(() => compileTemplate('a\n\n{% if %}')).toThrow('line 3: expected an expression')
    expect(() => compileTemplate('a\n{{ "x" ')).toThrow('line 2: a tag is not closed')
  })
})
