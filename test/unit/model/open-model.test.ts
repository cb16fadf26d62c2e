import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelFindings } from '../../../src/commands/doctor/model-findings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { UserError } from '../../../src/errors.ts'
import { describeModel, eosWarning, stopTokensOf } from '../../../src/model/open-model.ts'
import { checkpointFolder, tensorsOf, tinyConfig } from './checkpoint-folder.ts'

const tiny = new URL('../../fixtures/model/tiny-tokenizer', import.meta.url).pathname
const tokenizer = JSON.parse(readFileSync(join(tiny, 'tokenizer.json'), 'utf8')) as {
  added_tokens: { id: number; content: string; special: boolean }[]
}
const rows = 1 + Math.max(...tokenizer.added_tokens.map(({ id }) => id), 599)

/** A checkpoint with the tiny tokenizer, changed. */
function folder({
  config = {},
  added = [],
  tokenizerConfig = {},
}: {
  readonly config?: object
  readonly added?: readonly { id: number; content: string; special: boolean }[]
  readonly tokenizerConfig?: object
}): string {
  const full = { ...tinyConfig, vocab_size: rows, ...config }
  const dir = checkpointFolder(full, tensorsOf(full))
  cpSync(tiny, dir, { recursive: true })
  const whole = { ...tokenizer, added_tokens: [...tokenizer.added_tokens, ...added] }
  writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(whole))
  const configFile = join(dir, 'tokenizer_config.json')
  const known = JSON.parse(readFileSync(configFile, 'utf8')) as object
  writeFileSync(configFile, JSON.stringify({ ...known, ...tokenizerConfig }))
  return dir
}

const findings = async (dir: string) => {
  const found = await modelFindings(dir, { config: resolveConfig([]), source: undefined })
  return new Map(found.map((finding) => [finding.name, finding] as const))
}

describe('tokens without a row in the embedding', () => {
  test('none: the model is described', async () => {
    const { tokenizer: loaded } = await describeModel(folder({}))
    expect(loaded!.encodePlain('Hi').length).toBeGreaterThan(0)
  })
  test.each([
    ['an added token', { added: [{ id: rows, content: '<extra>', special: true }] }, `"<extra>" (${rows})`],
    ['a plain added token', { added: [{ id: rows + 5, content: 'zz', special: false }] }, `zz (${rows + 5})`],
    [
      'one of tokenizer_config.json alone',
      { tokenizerConfig: { added_tokens_decoder: { [rows]: { content: '<late>', special: true } } } },
      `"<late>" (${rows})`,
    ],
    ['fewer rows than the vocabulary', { config: { vocab_size: 300 } }, 'tokens 0 to 299, but its tokenizer also has'],
  ])('%s', async (_, change, named) => {
    const dir = folder(change)
    const error = await describeModel(dir).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toContain(named)
    expect((error as Error).message).toContain('check that tokenizer and weights belong together')
    expect((await findings(dir)).get('checkpoint')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining(named),
    })
  })
})

describe('an EOS token that only the tokenizer names', () => {
  test('where the checkpoint names none: it is used', async () => {
    const dir = folder({ config: { eos_token_id: null } })
    const described = await describeModel(dir)
    const id = described.tokenizer!.eosTokenId!
    expect([...stopTokensOf(described)]).toEqual([id])
    expect(eosWarning(described)).toContain(`alone names ${id} as an EOS token: it ends responses here`)
    expect((await findings(dir)).get('EOS')).toMatchObject({ status: 'warning', detail: `token ids ${id}` })
  })
  test('where the checkpoint names another: it is not', async () => {
    const described = await describeModel(folder({}))
    expect([...stopTokensOf(described)]).toEqual([2])
    expect(eosWarning(described)).toMatch(
      /it does not end responses, only 2 do; if it should, put it into eos_token_id/,
    )
  })
  test('where both agree, or there is no tokenizer: no warning', async () => {
    const id = (await describeModel(folder({}))).tokenizer!.eosTokenId!
    const dir = folder({ config: { eos_token_id: [2, id] } })
    expect(eosWarning(await describeModel(dir))).toBeNull()
    expect((await findings(dir)).get('EOS')).toMatchObject({ status: 'ok' })
    expect(eosWarning(await describeModel(checkpointFolder(tinyConfig)))).toBeNull()
  })
})

describe('the day that a chat template sees', () => {
  const dated = () => {
    const dir = folder({})
    writeFileSync(join(dir, 'chat_template.jinja'), "{{ strftime_now('%d %b %Y') }}")
    return dir
  }
  const shown = async (day?: string) =>
    (await describeModel(dated(), day)).tokenizer!.renderChat([], { addGenerationPrompt: true })
  test('is fixed unless another is given', async () => {
    expect(await shown()).toBe('26 Jul 2024')
    expect(await shown('2026-02-28')).toBe('28 Feb 2026')
  })
  test.each(['2026-02-30', 'today', '2026-2-1', ''])('%j is refused', async (day) => {
    await expect(shown(day)).rejects.toThrow('expected YYYY-MM-DD')
    expect(() => resolveConfig([{ key: 'rollout.date', value: day, origin: '--set' }])).toThrow('rollout.date')
  })
})
