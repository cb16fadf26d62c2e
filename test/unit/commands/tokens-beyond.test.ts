import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandTrial } from '../../support/command-trial.ts'
import { checkpointFolder, tensorsOf, tinyConfig } from '../model/checkpoint-folder.ts'

const trial = commandTrial()
const { serl, file, refused, said } = trial
const tiny = fileURLToPath(new URL('../../fixtures/model/tiny-tokenizer', import.meta.url))

/** A model whose tokenizer has a token that its embedding has no row for. */
async function tooManyTokens(): Promise<string> {
  const config = { ...tinyConfig, vocab_size: 600 }
  const dir = checkpointFolder(config, tensorsOf(config))
  await cp(tiny, dir, { recursive: true })
  const path = join(dir, 'tokenizer.json')
  const tokenizer = JSON.parse(await readFile(path, 'utf8')) as { added_tokens: object[] }
  tokenizer.added_tokens.push({ id: 600, content: '<image>', special: true })
  await writeFile(path, JSON.stringify(tokenizer))
  return dir
}

describe('a tokenizer with more tokens than the model has', () => {
  it.each([
    ['train', ['train', '--seeds', 'DATA', '--out', 'OUT']],
    ['a dry run', ['train', '--dry-run', '--seeds', 'DATA']],
    ['controls', ['train', '--controls', 'random', '--seeds', 'DATA', '--out', 'OUT']],
    ['forecast', ['forecast', '--seeds', 'DATA']],
    ['generate', ['generate', '--input', 'DATA']],
    ['score', ['score', '--input', 'DATA']],
    ['sft', ['sft', '--data', 'DATA', '--out', 'OUT']],
    ['instruct', ['instruct', '--seeds', 'DATA', '--count', '1']],
    ['eval', ['eval', '--data', 'DATA']],
    ['compare', ['compare', 'MODEL', 'MODEL', '--data', 'DATA']],
    ['contamination', ['contamination', '--data', 'DATA']],
  ])('%s: is refused before anything is computed', async (_, words) => {
    const model = await tooManyTokens()
    const data = await file(
      'data.jsonl',
      '{"problem":"How much is one and one, if a third one is then taken away from it again?","answer":"1"}\n',
    )
    const places: Readonly<Record<string, string>> = { DATA: data, OUT: join(trial.folder, 'out'), MODEL: model }
    const argv = words.map((word) => places[word] ?? word)
    const whole = words.includes('MODEL') ? argv : [...argv, '--model', model]
    await refused(serl(...whole), /model has tokens 0 to 599, but its tokenizer also has .*<image>.* \(600\)/)
  })
  it('is found by doctor', async () => {
    expect(await serl('doctor', '--model', await tooManyTokens())).toBe(2)
    expect(said()).toContain('but its tokenizer also has "<image>" (600)')
  })
})
