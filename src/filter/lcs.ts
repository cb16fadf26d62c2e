// Length of a longest common subsequence by bit-parallel dynamic programming (Hyyrö 2004, "Bit-parallel LCS-length
// computation revisited"): one addition for every 30 tokens of the pattern and token of the text.

const bits = 30 // a sum of two words and a carry stays a 31-bit integer, which V8 adds without leaving int32
const mask = 2 ** bits - 1

/**
 * Prepares one token list, to be matched with many.
 * @param pattern [m] token ids; negative ids match nothing
 * @returns a function giving the length of the longest common subsequence with a list of ids >= 0, in
 * O(n m / 30) for the n of its tokens that are in the pattern
 */
export function lcsMatcher(pattern: Int32Array): (tokens: Int32Array) => number {
  const words = Math.ceil(pattern.length / bits)
  const highest = pattern.reduce((most, id) => Math.max(most, id), -1)
  const rows = new Int32Array(highest + 1) // [token id] its row of `places`, from 1; 0 = not in the pattern
  const places = new Int32Array((pattern.length + 1) * words) // [1 + tokens, words] bit i set: pattern[i] is this token
  let distinct = 0
  for (let i = 0; i < pattern.length; i++) {
    const id = pattern[i]!
    if (id < 0) continue
    if (rows[id] === 0) rows[id] = ++distinct
    places[rows[id]! * words + Math.floor(i / bits)]! |= 1 << (i % bits)
  }
  const state = new Int32Array(words) // [words] a zero bit: the subsequence grows at this place

  return (tokens) => {
    state.fill(mask)
    for (let j = 0; j < tokens.length; j++) {
      const id = tokens[j]!
      if (id > highest || rows[id] === 0) continue
      const row = rows[id]! * words
      let carry = 0
      for (let word = 0; word < words; word++) {
        const v = state[word]!
        const matches = v & places[row + word]!
        const sum = v + matches + carry
        carry = sum >>> bits
        state[word] = (sum | (v - matches)) & mask
      }
    }
    let length = 0 // bits beyond the pattern never turn zero
    for (let word = 0; word < words; word++) length += countBits(~state[word]! & mask)
    return length
  }
}

function countBits(x: number): number {
  let v = x - ((x >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
