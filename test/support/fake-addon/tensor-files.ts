import { open } from 'node:fs/promises'
import type { TensorFile, TensorSource } from '../../../src/native/types.ts'
import { type BigramState, failure, tensor } from './state.ts'

export async function exportTensors(state: BigramState, files: readonly TensorFile[]): Promise<void> {
  for (const file of files) {
    const handle = await open(file.path, 'w')
    try {
      await handle.write(file.header)
      for (const name of file.tensors) await handle.write(new Uint8Array(tensor(state, name).buffer))
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

export async function importTensors(state: BigramState, sources: readonly TensorSource[]): Promise<void> {
  for (const source of sources) {
    const values = tensor(state, source.name)
    const bytes = new Uint8Array(values.length * 4)
    if (source.dtype !== 'F32') throw failure('UNSUPPORTED', `${source.name}: ${source.dtype}`)
    if (source.shape.reduce((a, b) => a * b, 1) !== values.length) {
      throw failure('ARGUMENT', `${source.name} has the wrong shape`)
    }
    const handle = await open(source.file, 'r')
    try {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, source.offset)
      if (bytesRead !== bytes.length) throw failure('IO', `${source.file} is cut short`)
    } finally {
      await handle.close()
    }
    values.set(new Float32Array(bytes.buffer))
  }
}
