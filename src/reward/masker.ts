import { UserError } from '../errors.ts'
import type { ResponseMask } from '../rollout/group.ts'
import { openUserModule } from '../user-module/open-module.ts'
import { quoted, shownValue } from '../user-module/shown-value.ts'
import type { GroupRequest } from './group-request.ts'

/** Input of a mask module. */
export interface MaskRequest extends GroupRequest {
  readonly rewards: Float32Array // [n] by reward.kind
  readonly majority: string | null // the winning answer; null: nothing voted
  readonly tokens: readonly (readonly string[])[] // [n] of [length] the text that each token adds: model/token-texts.ts
  readonly ids: readonly Int32Array[] // [n] of [length] of the tokens
}

/** A user's choice of what is trained on. */
export interface Masker {
  /**
   * @returns [n] masks; null: the question is dropped
   * @throws UserError where the module throws, takes too long, or returns anything but n masks or null
   */
  mask(request: MaskRequest): Promise<ResponseMask[] | null>
  close(): Promise<void>
}

/**
 * Opens a JavaScript module that exports mask(request), in its own thread.
 * @param limitMs longest time for one group
 * @throws UserError when the file is missing, does not load, or exports no such function
 */
export async function openMasker(path: string, limitMs: number): Promise<Masker> {
  const module = await openUserModule(path, {
    setting: 'reward.mask',
    kind: 'mask module',
    functions: { mask: 'mask({responses, rewards, tokens})' },
    limitMs,
  })
  return {
    mask: async (request) =>
      checkedMasks(await module.call('mask', request, `on ${quoted(request.question)}`), request, path),
    close: module.close,
  }
}

function checkedMasks(value: unknown, { lengths, question }: MaskRequest, path: string): ResponseMask[] | null {
  if (value === null) return null
  const must = (what: string, found: unknown): UserError =>
    new UserError(
      `the mask module ${path} must return ${what}; on ${quoted(question)} it returned ${shownValue(found)}`,
    )
  if (!Array.isArray(value) || value.length !== lengths.length) {
    throw must(`${lengths.length} masks, one per response, or null`, value)
  }
  return value.map((mask: unknown, i) => {
    const found = maskOf(mask, lengths[i]!)
    if (found !== null) return found
    throw must(`for response ${i} true, false, or a list of ${lengths[i]} times 0 or 1, one per token`, mask)
  })
}

/** In its one form: an array has a 1 and a 0 in it. Null: it is no mask. */
function maskOf(mask: unknown, length: number): ResponseMask | null {
  if (typeof mask === 'boolean') return mask
  const values: readonly unknown[] = ArrayBuffer.isView(mask) ? Array.from(mask as Uint8Array) : (mask as unknown[])
  if (!Array.isArray(values) || values.length !== length || !values.every(isBit)) return null
  const bits = Uint8Array.from(values, Number)
  if (bits.every((bit) => bit === 0)) return false
  return bits.every((bit) => bit === 1) || bits
}

const isBit = (value: unknown): boolean => value === 0 || value === 1 || typeof value === 'boolean'
