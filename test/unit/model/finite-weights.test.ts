import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { firstNonFinite } from '../../../src/model/finite-weights.ts'
import {
  bytesPerElement,
  readSafetensorsHeader,
  safetensorsHeader,
  type TensorDtype,
} from '../../../src/model/safetensors.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** Bit patterns by their value. */
const patterns = {
  F32: { nan: 0x7fc0_0000, quiet: 0xffff_ffff, low: 0x7f80_0001, inf: 0x7f80_0000, minusInf: 0xff80_0000 },
  F16: { nan: 0x7e00, quiet: 0xffff, low: 0x7c01, inf: 0x7c00, minusInf: 0xfc00 },
  BF16: { nan: 0x7fc0, quiet: 0xffff, low: 0x7f81, inf: 0x7f80, minusInf: 0xff80 },
} as const
/** 0, -0, the smallest subnormal, the largest subnormal, 1's neighbours, the largest, and the least. */
const finite = {
  F32: [0, 0x8000_0000, 1, 0x007f_ffff, 0x3f80_0000, 0x3f80_0001, 0x7f7f_ffff, 0xff7f_ffff, 0x807f_ffff],
  F16: [0, 0x8000, 1, 0x03ff, 0x3c00, 0x3c01, 0x7bff, 0xfbff, 0x83ff],
  BF16: [0, 0x8000, 1, 0x007f, 0x3f80, 0x3f81, 0x7f7f, 0xff7f, 0x807f],
} as const

type Tensors = readonly { readonly name: string; readonly dtype: TensorDtype; readonly elements: readonly number[] }[]

async function stored(tensors: Tensors) {
  const header = safetensorsHeader(tensors.map(({ elements, ...tensor }) => ({ ...tensor, shape: [elements.length] })))
  const data = tensors.map(({ dtype, elements }) => {
    const array = bytesPerElement[dtype] === 4 ? Uint32Array.from(elements) : Uint16Array.from(elements)
    return new Uint8Array(array.buffer)
  })
  const file = join(await tempFolder(), 'model.safetensors')
  await writeFile(file, Buffer.concat([header, ...data]))
  return { file, weights: await readSafetensorsHeader(file) }
}

describe.each(['F32', 'F16', 'BF16'] as const)('%s', (dtype) => {
  const good: readonly number[] = finite[dtype]

  it('numbers up to the largest are finite', async () => {
    const { weights } = await stored([{ name: 'a', dtype, elements: good }])
    expect(await firstNonFinite(weights)).toBeNull()
  })

  it.each([
    ['nan', Number.NaN],
    ['quiet', Number.NaN],
    ['low', Number.NaN],
    ['inf', Infinity],
    ['minusInf', -Infinity],
  ] as const)('finds %s first, in the middle and last', async (kind, value) => {
    for (const index of [0, 4, good.length - 1]) {
      const elements = good.with(index, patterns[dtype][kind])
      const { weights } = await stored([
        { name: 'a', dtype, elements: good },
        { name: 'b', dtype, elements },
        { name: 'c', dtype, elements },
      ])
      expect(await firstNonFinite(weights)).toEqual({ tensor: weights[1], index, value })
    }
  })
})

it('finds the last element of a tensor of several chunks, among dtypes that lie unaligned', async () => {
  const count = 3 * 2 ** 20 + 5 // 12 MiB and a little
  const elements = Array<number>(count).fill(finite.F32[6])
  elements[count - 1] = patterns.F32.minusInf
  const { weights } = await stored([
    { name: 'a', dtype: 'BF16', elements: [finite.BF16[6]] },
    { name: 'b', dtype: 'F32', elements },
  ])
  expect(await firstNonFinite(weights)).toEqual({ tensor: weights[1], index: count - 1, value: -Infinity })
})

it('names a file that is truncated or missing', async () => {
  const { file, weights } = await stored([{ name: 'a', dtype: 'F32', elements: finite.F32 }])
  await truncate(file, weights[0]!.offset + 4)
  await expect(firstNonFinite(weights)).rejects.toThrow(`${file} is cut short within tensor a`)
  const gone = firstNonFinite([{ ...weights[0]!, file: `${file}.none` }])
  await expect(gone).rejects.toThrow(UserError)
  await expect(gone).rejects.toThrow(`${file}.none`)
})
