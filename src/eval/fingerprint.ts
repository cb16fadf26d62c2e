import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

// what decides what a model answers; the tokens of a prompt are in the key of an answer anyway
const decisive = /(^(config|generation_config|tokenizer|tokenizer_config)\.json$|\.safetensors$)/

/**
 * SHA-256 of a checkpoint folder's weights, configs and tokenizer: the same model has the same fingerprint wherever it
 * lies, and one that was trained on in place has another. Reads every byte of the weights.
 * @returns 64 hexadecimal digits
 */
export async function modelFingerprint(dir: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(dir)).filter((name) => decisive.test(name)).sort()) {
    hash.update(`${name}\n${await fileDigest(join(dir, name))}\n`)
  }
  return hash.digest('hex')
}

const digests = new Map<string, string>() // by path, size and time of change

/**
 * SHA-256 of the compiled engine: another build may round, and so answer, differently.
 * @param path of the addon; one that is not there has a fingerprint too, and cannot generate
 */
export async function engineFingerprint(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  if (found === null) return 'not built'
  const key = `${path}\n${found.size}\n${found.mtimeMs}`
  const known = digests.get(key)
  if (known !== undefined) return known
  const digest = await fileDigest(path)
  digests.set(key, digest)
  return digest
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
