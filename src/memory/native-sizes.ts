/** Sizes of native/core's pieces of work that memory depends on. A test compares them with the C++ source. */
export const nativeSizes = {
  cacheBlockTokens: 32, // tokens of a block of the key-value cache
  decodedRows: 512, // most rows that are decoded together
  prefillTokens: { cpu: 512, cuda: 2048 }, // most prompt tokens computed at a time
  logitsChunk: { elements: 2 ** 23, fewestRows: 16 }, // rows * vocabulary of the logits made at a time
} as const
