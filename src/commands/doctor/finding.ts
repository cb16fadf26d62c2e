import { UserError } from '../../errors.ts'

/** One check and its result. */
export interface Finding {
  readonly name: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly detail: string
  readonly remedy?: string
}

/** A user's error carries its own remedy in the message. */
export function failure(name: string, error: unknown, remedy: string): Finding {
  const detail = error instanceof Error ? error.message : String(error)
  return error instanceof UserError ? { name, status: 'failed', detail } : { name, status: 'failed', detail, remedy }
}
