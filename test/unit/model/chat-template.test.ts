import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { chatTemplate, loadChatTemplate, refusedByTemplate } from '../../../src/model/chat-template.ts'
import { temporaryFolder } from './checkpoint-folder.ts'

const context = { specialTokens: { bos_token: '<s>', eos_token: '</s>' }, now: new Date(2026, 2, 5, 14, 7) }
const user = [{ role: 'user', content: 'Hi' }]
const render = (text: string, variables?: Record<string, unknown>) =>
  chatTemplate(text, 'f.jinja', context).render(user, { addGenerationPrompt: true, ...(variables && { variables }) })

describe('what a template sees', () => {
  test('special tokens, messages, the generation prompt', () => {
    expect(
      render("{{ bos_token }}{{ messages[0]['role'] }}{% if add_generation_prompt %}>{% endif %}{{ eos_token }}"),
    ).toBe('<s>user></s>')
  })
  test('tools are none, the date is the given one, in English', () => {
    expect(render("{% if tools is none %}{{ strftime_now('%d %b %Y') }}{% endif %}")).toBe('05 Mar 2026')
    expect(render("{{ strftime_now('%A %-d %B %y, %I:%M %p, 100%%') }}")).toBe('Thursday 5 March 26, 02:07 PM, 100%')
  })
  test('range and namespace', () => {
    expect(
      render('{% set n = namespace(s=0) %}{% for i in range(1, 8, 2) %}{% set n.s = n.s + i %}{% endfor %}{{ n.s }}'),
    ).toBe('16')
    expect(render('{{ range(3)[2] }}{{ range(5, 0, -2)[1] }}')).toBe('23')
  })
  test('its own variables', () => {
    expect(render('{{ enable_thinking }}', { enable_thinking: false })).toBe('False')
  })
  test('blocks leave no blank lines, as in transformers', () => {
    expect(render('{% for m in messages %}\n  {% if true %}\n{{ m.content }}\n  {% endif %}\n{% endfor %}\nend')).toBe(
      'Hi\nend',
    )
  })
})

describe('failures name the template', () => {
  test('raise_exception, and a call of an undefined value', () => {
    expect(() => render("{{ raise_exception('roles must alternate') }}")).toThrow(
      'f.jinja: the chat template failed: roles must alternate',
    )
    expect(() => render('{{ nothing.at.all() }}')).toThrow(UserError)
  })
  test('what raise_exception says is told from other failures', () => {
    const failure = (text: string): unknown => {
      try {
        return render(text)
      } catch (error) {
        return error
      }
    }
    expect(refusedByTemplate(failure("{{ raise_exception('no system role') }}"))).toBe(true)
    expect(refusedByTemplate(failure("{{ 'a'|urlencode }}"))).toBe(false)
    expect(refusedByTemplate(failure('{{ missing.a }}'))).toBe(false)
  })
  test('not a template', () => {
    expect(() => chatTemplate('{% if %}', 'f.jinja', context)).toThrow('f.jinja: the chat template failed')
  })
})

describe('where a template comes from', () => {
  const load = (config: Record<string, unknown>, dir = temporaryFolder()) => loadChatTemplate(dir, config, context)
  test('none', async () => expect(await load({})).toBeNull())
  test('the file goes before the configuration', async () => {
    const dir = temporaryFolder()
    writeFileSync(join(dir, 'chat_template.jinja'), 'file')
    const template = (await load({ chat_template: 'configured' }, dir))!
    expect(template.render([], { addGenerationPrompt: false })).toBe('file')
    expect(template.source).toBe(join(dir, 'chat_template.jinja'))
  })
  test('a text, and "default" of a list', async () => {
    const named = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: 'plain' },
    ]
    for (const [value, text] of [
      ['one', 'one'],
      [named, 'plain'],
      [named.slice(0, 1), 'tools'],
    ] as const) {
      expect((await load({ chat_template: value }))!.render([], { addGenerationPrompt: false })).toBe(text)
    }
  })
  test('a list without "default", or something else', async () => {
    const named = [
      { name: 'a', template: '' },
      { name: 'b', template: '' },
    ]
    await expect(load({ chat_template: named })).rejects.toThrow('lists a, b, but no template called "default"')
    await expect(load({ chat_template: 3 })).rejects.toThrow('must be a string or a list')
  })
})
