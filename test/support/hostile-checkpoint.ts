// Checkpoint folders come from anywhere. Whatever is in their files, a command reads them within a second, or says
// what is wrong with them: no stack trace, no memory exhausted, no hang.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveConfig } from '../../src/config/resolve.ts'
import { UserError } from '../../src/errors.ts'
import { trainingPlan } from '../../src/memory/device-memory.ts'
import { describeModel, stopTokensOf } from '../../src/model/open-model.ts'
import { createRandom } from '../../src/random.ts'
import { hostileJson } from './hostile-values.ts'

export type Json = Record<string, unknown>

/** The steps of every command before it loads a model's weights. */
async function read(dir: string): Promise<void> {
  const described = await describeModel(dir)
  stopTokensOf(described)
  trainingPlan(described, resolveConfig([]))
  described.tokenizer?.decode(described.tokenizer.encode('What is 1 + 1?'))
}

/** What went wrong when a folder was read; null if it was read, or refused with a message, within a second. */
async function fault(dir: string): Promise<string | null> {
  const started = performance.now()
  const error = await read(dir).then(
    () => null,
    (cause: Error) => cause,
  )
  const seconds = (performance.now() - started) / 1000
  if (seconds > 1) return `took ${seconds.toFixed(1)} s`
  if (error === null) return null
  if (!(error instanceof UserError)) return `${error.name}: ${error.message}`
  const { message } = error
  const isWords = message.includes(dir) && message.length < 700 && !/undefined|\[object|\p{Cc}/u.test(message)
  return isWords ? null : `said: ${message.slice(0, 700)}`
}

/** The failures over many changes of one file of a folder: [description of the change, the file's new content]. */
export async function faults(
  dir: string,
  name: string,
  mutations: readonly [string, string | Buffer][],
): Promise<string[]> {
  const found: string[] = []
  for (const [what, content] of mutations) {
    await writeFile(join(dir, name), content)
    const wrong = await fault(dir)
    if (wrong !== null) found.push(`${what.slice(0, 200)}: ${wrong}`)
  }
  return found
}

/** An object with one field replaced by each of the values. */
export const replaced = (object: Json, field: string, values: readonly unknown[]): [string, string][] =>
  values.map((value) => [`${field} = ${JSON.stringify(value)}`, hostileJson({ ...object, [field]: value })])

/** Texts with one byte changed, or truncated. */
export function damaged(text: string, count: number, seed: string): [string, string][] {
  const random = createRandom([1, seed, 0])
  return Array.from({ length: count }, (_, i) => {
    const at = random.below(text.length)
    const byte = String.fromCharCode(32 + random.below(95))
    if (i % 4 === 0) return [`cut at ${at}`, text.slice(0, at)]
    return [`byte ${at} is ${byte}`, `${text.slice(0, at)}${byte}${text.slice(at + 1)}`]
  })
}
