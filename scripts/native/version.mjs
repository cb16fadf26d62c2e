/**
 * The first dotted number in a text, as numbers: "cmake version 3.25.1" -> [3, 25, 1].
 * @param {string} text
 * @returns {number[] | null}
 */
export function parseVersion(text) {
  const match = /\d+(?:\.\d+)+|\d+/.exec(text)
  return match ? match[0].split('.').map(Number) : null
}

/**
 * Compares as many places as `bound` has: [2, 15, 3] is neither above nor below [2, 15].
 * @param {readonly number[]} version
 * @param {readonly number[]} bound
 * @returns {number} negative, 0 or positive
 */
export function compareVersions(version, bound) {
  for (const [place, wanted] of bound.entries()) {
    const difference = (version[place] ?? 0) - wanted
    if (difference !== 0) return difference
  }
  return 0
}
