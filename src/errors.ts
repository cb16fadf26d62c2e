/**
 * Error codes for programs to branch on: `USER` (see UserError), `NOT_FINITE` (weights that hold NaN or infinity, or
 * give such numbers), `OUT_OF_MEMORY`, `IO` (a file that cannot be read or written), `UNSUPPORTED` (a device that is not
 * available). The other codes are bugs of this program.
 */
export type ErrorCode =
  | 'USER'
  | 'NOT_FINITE'
  | 'ARGUMENT'
  | 'IO'
  | 'UNSUPPORTED'
  | 'OUT_OF_MEMORY'
  | 'CLOSED'
  | 'INTERNAL'

/** Whether the user can correct it: then the command line prints the message alone and exits 2; else a stack, and 1. */
export const isUserError = (code: ErrorCode): boolean =>
  ['USER', 'NOT_FINITE', 'OUT_OF_MEMORY', 'IO', 'UNSUPPORTED'].includes(code)

export class SerlError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'SerlError'
    this.code = code
  }
}

/**
 * The user's mistake: the message says what is wrong, where, and what to do. The command line prints it without a
 * stack and exits 2.
 */
export class UserError extends SerlError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('USER', message, options)
    this.name = 'UserError'
  }
}
