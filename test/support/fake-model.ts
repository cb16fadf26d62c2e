// A model that plays SeRL with two characters of context: after "9." it writes questions of random letters, after "="
// it answers with one of four digits, 2 a little more often than the others.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readSafetensorsHeader, safetensorsHeader } from '../../src/model/safetensors.ts'
import type { TrainModel } from '../../src/model/train-model.ts'
import type { NativeEngine } from '../../src/native/types.ts'
import { byteTokenizer, byteVocabSize, EOS } from './byte-tokenizer.ts'
import { fakeShapes, fakeTensorNames, openFakeEngine } from './fake-engine.ts'

const IMPOSSIBLE = -20

/** [V, V] logits of the next byte. */
export function playerTable(): Float32Array {
  const table = new Float32Array(byteVocabSize ** 2).fill(IMPOSSIBLE)
  const code = (token: string | number): number => (typeof token === 'number' ? token : token.charCodeAt(0))
  const follow = (previous: string | number, next: Record<string, number>, eos = 0): void => {
    for (const [token, p] of Object.entries(next)) table[code(previous) * byteVocabSize + code(token)] = Math.log(p)
    if (eos > 0) table[code(previous) * byteVocabSize + EOS] = Math.log(eos)
  }
  const letters = 'abcdefgh'
  follow('.', { ' ': 1 })
  follow(' ', Object.fromEntries(Array.from(letters, (letter) => [letter, 1 / letters.length])))
  for (const letter of letters) {
    follow(letter, { ...Object.fromEntries(Array.from(letters, (next) => [next, 0.07])), ' ': 0.4, '\n': 0.04 })
  }
  follow('\n', { '7': 0.9 }, 0.1)
  follow('7', { '.': 1 })
  follow('=', { '1': 0.22, '2': 0.34, '3': 0.22, '4': 0.22 })
  for (const digit of '1234') follow(digit, { x: 0.02 }, 0.98)
  follow('x', { x: 1 }) // never ends: cut off by the token limit
  return table
}

/** Its description before it is opened. */
export const fakeDescription = {
  tokenizer: byteTokenizer,
  stopTokens: Int32Array.of(EOS),
  maxPositions: 2048,
  readWeights: (dir: string) => readSafetensorsHeader(weightsFile(dir)),
}

const weightsFile = (dir: string): string => join(dir, 'model.safetensors')

/** @param wrap changes the engine, to count or to fail */
export async function fakeModel(
  reference: boolean,
  table: Float32Array = playerTable(),
  wrap: (engine: NativeEngine) => NativeEngine = (engine) => engine,
): Promise<TrainModel> {
  const engine = wrap(await openFakeEngine({ table, reference }))
  const shapes = fakeShapes(byteVocabSize)
  return {
    engine,
    ...fakeDescription,
    shapes,
    writeWeights: async (dir) => {
      await mkdir(dir, { recursive: true })
      const tensors = fakeTensorNames.map((name) => ({ name, dtype: 'F32' as const, shape: shapes.get(name)! }))
      await engine.exportTensors([
        { path: weightsFile(dir), header: safetensorsHeader(tensors), tensors: fakeTensorNames },
      ])
    },
  }
}
