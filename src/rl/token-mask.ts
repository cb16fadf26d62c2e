/** Which tokens of a response are trained on: [A] 1: it is, 0: it is not; null: all are. One is, at least. */
export type TokenMask = Uint8Array | null

/** How many of a response's tokens are trained on. */
export const trainedCount = (mask: TokenMask, length: number): number =>
  mask === null ? length : mask.reduce((sum, bit) => sum + bit, 0)
