// Weights that hold NaN or infinity: each command stops at the first number that is not finite, and prints no null.
import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../../src/cli.ts'
import { SerlError } from '../../../src/errors.ts'
import { readCheckpoint } from '../../../src/model/checkpoint.ts'
import type * as engine from '../../../src/native/engine.ts'
import type { EngineOptions, NativeEngine } from '../../../src/native/types.ts'
import { fakeAddon } from '../../support/fake-addon/addon.ts'
import { heardOutput } from '../../support/heard-output.ts'
import { expectRefused } from '../../support/refused.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

const opening = vi.hoisted(() => ({ openEngine: vi.fn<(options: EngineOptions) => Promise<NativeEngine>>() }))
vi.mock('../../../src/native/engine.ts', () => opening)

/** The real openEngine over the fake addon. */
async function openFake(options: EngineOptions, table: Float32Array): Promise<NativeEngine> {
  const { openEngine } = await vi.importActual<typeof engine>('../../../src/native/engine.ts')
  return openEngine(options, undefined, fakeAddon({ table }))
}

const demo = fileURLToPath(new URL('../../../seeds/demo-model', import.meta.url))

let folder: string
let said: () => string
beforeEach(async () => {
  folder = await tempFolder()
  vi.stubEnv('SERL_CACHE', join(folder, 'cache'))
  said = heardOutput()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  opening.openEngine.mockReset()
})

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

/** Every token is followed by logits of which one is `value`. */
function openBroken(value: number): void {
  opening.openEngine.mockImplementation(async (options) => {
    const { vocabSize } = options.model
    const table = new Float32Array(vocabSize ** 2)
    for (let token = 0; token < vocabSize; token++) table[token * vocabSize + 5] = value
    return openFake(options, table)
  })
}

const refused = (code: Promise<number>, dir: string, message: RegExp): Promise<void> => {
  const what = new RegExp(`^serl: ${dir}: ${message.source}.*download it again, or use an earlier checkpoint`, 'm')
  return expectRefused(code, said, what)
}

describe.each([Number.NaN, Infinity])('a weight that is %s', (value) => {
  const message = /the model gives a token the log-probability (NaN|-?Infinity), which is not finite/

  it.each([
    ['score', []],
    ['generate', ['--max-new-tokens', '4']],
    ['generate', ['--max-new-tokens', '4', '--temperature', '0']],
  ])('ends %s %j with exit 2, the old output as it was', async (command, more) => {
    openBroken(value)
    const model = await tinyCheckpoint()
    const input = await file('in.jsonl', '{"tokens":[1,2,3]}\n{"tokens":[4,5]}\n')
    const output = await file('out.jsonl', 'precious')
    await refused(main([command, '--model', model, '--input', input, ...more]), model, message)
    expect(said()).not.toContain('null')
    await refused(main([command, '--model', model, '--input', input, '--output', output, ...more]), model, message)
    expect(await readFile(output, 'utf8')).toBe('precious')
    expect((await readdir(folder)).sort()).toEqual(['in.jsonl', 'out.jsonl'])
  })

  it('ends eval with exit 2', async () => {
    openBroken(value)
    const data = await file('set.jsonl', '{"problem":"1 + 1?","answer":"2"}\n')
    await refused(main(['eval', '--model', demo, '--data', data, '--max-new-tokens', '4']), demo, message)
  })
})

describe('non-finite values found by native code', () => {
  it('in the logits are reported with the folder and what to do', async () => {
    opening.openEngine.mockImplementation(async (options) => ({
      ...(await openFake(options, new Float32Array(options.model.vocabSize ** 2))),
      logprobs: () => Promise.reject(new SerlError('NOT_FINITE', 'the logits of sequence 0 are not finite')),
    }))
    const model = await tinyCheckpoint()
    const input = await file('in.jsonl', '{"tokens":[1,2,3]}\n')
    await refused(
      main(['score', '--model', model, '--input', input]),
      model,
      /the logits of sequence 0 are not finite\./,
    )
    expect(opening.openEngine.mock.lastCall![0].checkWeights).toBe(false)
  })

  it('in the weights while sft and train load them end both before anything is written', async () => {
    opening.openEngine.mockImplementation(() =>
      Promise.reject(new SerlError('NOT_FINITE', 'tensor model.norm.weight holds a value that is not finite')),
    )
    const out = join(folder, 'out')
    const data = await file('data.jsonl', '{"prompt":"1 + 1?","response":"2"}\n')
    const message = /tensor model\.norm\.weight holds a value that is not finite\./
    await refused(main(['sft', '--model', demo, '--data', data, '--out', out]), demo, message)
    expect(opening.openEngine.mock.lastCall![0].checkWeights).toBe(true)
    const seeds = fileURLToPath(new URL('../../../seeds/demo-seeds.jsonl', import.meta.url))
    await refused(main(['train', '--model', demo, '--seeds', seeds, '--out', out]), demo, message)
    expect(opening.openEngine.mock.lastCall![0].checkWeights).toBe(true)
  })
})

describe('serl doctor --model', () => {
  it('names the tensor, without an engine', async () => {
    const model = await tinyCheckpoint()
    const weights = async () => {
      await main(['doctor', '--model', model])
      return said()
        .split(/(?:ok {5}|FAILED ) {2}weights {2}/)
        .at(-1)
    }
    expect(await weights()).toMatch(/^ +all 11 tensors are finite/)
    const { weights: tensors } = await readCheckpoint(model)
    const broken = tensors.find(({ name }) => name === 'model.layers.0.mlp.down_proj.weight')!
    const handle = await open(broken.file, 'r+')
    await handle.write(Buffer.from(Float32Array.of(Number.NaN).buffer), 0, 4, broken.offset + 4 * 7)
    await handle.close()
    expect(await weights()).toMatch(
      /^ +tensor model\.layers\.0\.mlp\.down_proj\.weight has the value NaN \(element 7\)\n.*model\.safetensors\n.*-> the checkpoint is damaged or has diverged/,
    )
    expect(opening.openEngine).not.toHaveBeenCalled()
    expect(await main(['doctor', '--model', model])).toBe(2)
  })
})
