import { cp, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { syncFolder, syncPath } from '../files.ts'
import type { NativeEngine } from '../native/types.ts'
import type { Checkpoint } from './checkpoint.ts'
import { expectedTensors } from './expected-tensors.ts'
import { safetensorsHeader } from './safetensors.ts'
import { planShards, weightsIndexFile } from './weights.ts'

/**
 * Writes the engine's weights as a HuggingFace folder that transformers loads, with the other files (config, tokenizer,
 * template, licence) of the checkpoint it came from. The folder appears whole or not at all: everything is written and
 * synced next to it first, then renamed. Only a folder that cannot be replaced, as one that is mounted, is filled file by
 * file: a crash then leaves part of them.
 * @param outDir must not exist yet, or be empty; its parent folders are made
 * @param description the other files; default: as they are now in the checkpoint's folder
 * @throws UserError if outDir exists and is not empty
 */
export async function writeCheckpoint(
  engine: Pick<NativeEngine, 'info' | 'exportTensors'>,
  checkpoint: Checkpoint,
  outDir: string,
  description?: readonly DescriptionFile[],
): Promise<void> {
  await refuseExisting(outDir)
  const target = await realpath(outDir).catch(() => resolve(outDir))
  const partial = `${target}.tmp-${process.pid}`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  try {
    await writeDescription(description ?? (await readDescription(checkpoint.dir)), partial, engine.info.dtype)
    await writeWeights(engine, checkpoint, partial)
    await syncFolder(partial)
    await refuseExisting(outDir)
    await moveInto(partial, target)
    await syncPath(dirname(target))
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

/** A file that describes a model, as it will be written. */
export interface DescriptionFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What describes the model in a folder, in memory: all plain files but weights and hidden ones. */
export async function readDescription(from: string): Promise<DescriptionFile[]> {
  const files: DescriptionFile[] = []
  for (const name of await readdir(from)) {
    if (name.startsWith('.') || isWeights(name)) continue
    const source = join(from, name)
    // stat follows links: the files of a HuggingFace cache are links
    if ((await stat(source)).isFile()) files.push({ name, bytes: await readFile(source) })
  }
  return files
}

async function writeDescription(files: readonly DescriptionFile[], to: string, dtype: string): Promise<void> {
  for (const { name, bytes } of files) {
    await writeFile(join(to, name), name === 'config.json' ? configWithDtype(bytes, dtype) : bytes)
  }
}

function configWithDtype(bytes: Uint8Array, dtype: string): string {
  const config = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  const keys = ['dtype', 'torch_dtype'].filter((key) => key in config)
  for (const key of keys.length > 0 ? keys : ['torch_dtype']) config[key] = dtype
  return `${JSON.stringify(config, null, 2)}\n`
}

function isWeights(name: string): boolean {
  return /\.(safetensors|bin|pt|pth|ckpt|gguf|onnx|h5|msgpack)(\.index\.json)?$/.test(name)
}

/** An empty folder counts as none: a run may have been told to write into it. */
async function refuseExisting(outDir: string): Promise<void> {
  const found = await readdir(outDir).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : null))
  if (found?.length === 0) return
  throw new UserError(`${outDir} already exists and is not overwritten: give another folder or remove it first`)
}

/** Renames, also onto an empty folder. One that is mounted cannot be replaced: the files are copied into it. */
async function moveInto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!['EBUSY', 'EXDEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    await cp(from, to, { recursive: true })
    await syncFolder(to)
    await rm(from, { recursive: true })
  }
}
