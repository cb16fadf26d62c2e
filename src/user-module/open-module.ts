import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../errors.ts'
import { openModuleThread } from './module-thread.ts'

/** A user's JavaScript file whose functions a run calls, in a thread of its own. */
export interface UserModule {
  readonly exported: readonly string[] // those of the functions asked for that it has
  /**
   * Calls one of its functions with one object.
   * @param about what the call is about, for messages: `on "How much?"`
   * @throws UserError where it throws or takes too long
   */
  call(name: string, request: object, about: string): Promise<unknown>
  close(): Promise<void>
}

export interface ModuleOptions {
  readonly setting: string // that names the file: reward.scorer
  readonly kind: string // for messages: scoring module
  readonly functions: Readonly<Record<string, string>> // by name, as a user writes them: score({responses}); it has one at least
  readonly limitMs: number // of one call
}

// longest time for starting the thread and loading the module
const loadLimitMs = 10_000

// in the thread: a load says which functions there are
const answerSource = `
async function answer(own, call, args) {
  return call === 'load' ? args.filter((name) => typeof own[name] === 'function') : await own[call](...args)
}
`

/** @throws UserError where the file is missing, does not load, or has none of the functions */
export async function openUserModule(path: string, options: ModuleOptions): Promise<UserModule> {
  const { setting, kind, functions, limitMs } = options
  if (!existsSync(path)) throw new UserError(`${setting}: there is no file ${path}`)
  const thread = openModuleThread<string>(pathToFileURL(resolve(path)).href, answerSource)
  const failed = async (about: string, why: string): Promise<UserError> => {
    await thread.close()
    return new UserError(`the ${kind} ${path} failed ${about}: ${why}`)
  }
  const ask = async (name: string, args: readonly unknown[], limit: number, about: string): Promise<unknown> => {
    const outcome = await thread.call(name, args, limit)
    if (outcome.status === 'done') return outcome.value
    throw await failed(about, outcome.status === 'timeout' ? `it took longer than ${limit} ms` : outcome.error)
  }
  const exported = (await ask('load', Object.keys(functions), loadLimitMs, 'while loading')) as string[]
  if (exported.length === 0) {
    throw await failed('while loading', `it does not export a function ${Object.values(functions).join(' or ')}`)
  }
  return {
    exported,
    call: (name, request, about) => ask(name, [request], limitMs, about),
    close: thread.close,
  }
}
