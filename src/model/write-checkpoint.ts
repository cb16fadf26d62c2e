import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { NativeEngine } from '../native/types.ts'
import type { Checkpoint } from './checkpoint.ts'
import { expectedTensors } from './expected-tensors.ts'
import { jsonFields, readJsonFile } from './json-fields.ts'
import { safetensorsHeader } from './safetensors.ts'
import { planShards, weightsIndexFile } from './weights.ts'

/**
 * Writes the engine's weights as a HuggingFace folder that transformers loads, with the other files (config, tokenizer,
 * template, licence) of the checkpoint it came from. The folder appears whole or not at all: everything is written and
 * synced beside it first, then renamed.
 * @param outDir must not exist yet; its parent folders are made
 * @throws UserError if outDir exists
 */
export async function writeCheckpoint(
  engine: Pick<NativeEngine, 'info' | 'exportTensors'>,
  checkpoint: Checkpoint,
  outDir: string,
): Promise<void> {
  await refuseExisting(outDir)
  const partial = `${resolve(outDir)}.tmp-${process.pid}`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  try {
    await copyDescription(checkpoint.dir, partial, engine.info.dtype)
    await writeWeights(engine, checkpoint, partial)
    await syncFolder(partial)
    await refuseExisting(outDir)
    await rename(partial, outDir)
    await sync(dirname(resolve(outDir)))
  } catch (cause) {
    await rm(partial, { recursive: true, force: true })
    throw cause
  }
}

async function writeWeights(
  engine: Pick<NativeEngine, 'info' | 'exportTensors'>,
  checkpoint: Checkpoint,
  dir: string,
): Promise<void> {
  const dtype = engine.info.dtype === 'float32' ? 'F32' : 'BF16'
  const tensors = expectedTensors(checkpoint.config).map((tensor) => ({ ...tensor, dtype }) as const)
  const { shards, index } = planShards(tensors)
  await engine.exportTensors(
    shards.map((shard) => ({
      path: join(dir, shard.file),
      header: safetensorsHeader(shard.tensors),
      tensors: shard.tensors.map((tensor) => tensor.name),
    })),
  )
  if (index) await writeFile(join(dir, weightsIndexFile), `${JSON.stringify(index, null, 2)}\n`)
}

/** Copies what describes the model: all plain files but weights and hidden ones. */
async function copyDescription(from: string, to: string, dtype: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (name.startsWith('.') || isWeights(name) || name === 'config.json') continue
    const source = join(from, name)
    // stat follows links: the files of a HuggingFace cache are links
    if ((await stat(source)).isFile()) await copyFile(source, join(to, name))
  }
  const where = join(from, 'config.json')
  const config = { ...jsonFields(await readJsonFile(where), where).raw }
  const keys = ['dtype', 'torch_dtype'].filter((key) => key in config)
  for (const key of keys.length > 0 ? keys : ['torch_dtype']) config[key] = dtype
  await writeFile(join(to, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
}

function isWeights(name: string): boolean {
  return /\.(safetensors|bin|pt|pth|ckpt|gguf|onnx|h5|msgpack)(\.index\.json)?$/.test(name)
}

async function refuseExisting(outDir: string): Promise<void> {
  const found = await stat(outDir).catch(() => null)
  if (found)
    throw new UserError(`${outDir} exists already: nothing is overwritten; give another place or remove it first`)
}

async function syncFolder(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await sync(join(dir, name))
  await sync(dir)
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
