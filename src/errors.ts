/**
 * What went wrong, for a program to branch on. `USER` errors exit 2, and so do `NOT_FINITE` ones: weights that hold NaN
 * or infinity, or that give such numbers. Every other code exits 1.
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
