// Responses that a model has given already: a JSONL file that only grows, read back when the same is asked again.

import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { syncPath } from '../files.ts'

/** What is stored of a sample; not its grade, which is quick to compute and may have improved since. */
export interface StoredResponse {
  readonly text: string
  readonly tokens: number // new ones, the stop token included
  readonly finishReason: 'stop' | 'length'
}

/** A prompt's samples, found by the hash of its tokens. */
export interface StoredPrompt {
  readonly prompt: string
  readonly responses: readonly StoredResponse[] // [samples]
}

export interface ResponseStore {
  get(prompt: string): readonly StoredResponse[] | undefined
  /** Appends, and waits until the lines are on the disk. */
  add(prompts: readonly StoredPrompt[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a file of responses; its first line records the model and the sampling settings.
 * @param fresh ignore existing responses: new ones are appended, and used from then on
 * @throws UserError if the file cannot be read or written
 */
export async function openStore(path: string, header: object, fresh = false): Promise<ResponseStore> {
  const text = await readText(path)
  const known = fresh ? new Map<string, readonly StoredResponse[]>() : readStored(text)
  let handle: FileHandle | null = null
  const append = async (lines: readonly object[]): Promise<void> => {
    if (handle === null) {
      handle = await openForAppending(path)
      if (text === '') lines = [header, ...lines]
      // what was cut off by a crash must not swallow the next line
      else if (!text.endsWith('\n')) await handle.appendFile('\n')
    }
    await handle.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await handle.sync()
  }
  return {
    get: (prompt) => known.get(prompt),
    add: async (prompts) => {
      if (prompts.length === 0) return
      await append(prompts).catch((cause: NodeJS.ErrnoException) => {
        if (cause instanceof UserError) throw cause
        throw new UserError(`cannot write ${path}: ${fileReason(cause)}`, { cause })
      })
      for (const { prompt, responses } of prompts) known.set(prompt, responses)
    },
    close: async () => {
      await handle?.close()
      handle = null
    },
  }
}

/** Incomplete lines are skipped: their responses are generated again. */
function readStored(text: string): Map<string, readonly StoredResponse[]> {
  const stored = new Map<string, readonly StoredResponse[]>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      const { prompt, responses } = JSON.parse(line) as Partial<StoredPrompt>
      if (typeof prompt === 'string' && Array.isArray(responses)) stored.set(prompt, responses)
    } catch {
      // cut off when the process died
    }
  }
  return stored
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw new UserError(`cannot read ${path}: ${fileReason(cause)}`, { cause })
  })

async function openForAppending(path: string): Promise<FileHandle> {
  const refuse = (cause: NodeJS.ErrnoException): never => {
    throw new UserError(`cannot write ${path}: ${fileReason(cause)}. Set SERL_CACHE to use another cache folder`, {
      cause,
    })
  }
  await mkdir(dirname(path), { recursive: true }).catch(refuse)
  const handle = await open(path, 'a').catch(refuse)
  await syncPath(dirname(path))
  return handle
}
