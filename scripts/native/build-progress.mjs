/**
 * Progress of a build, from one line of Ninja's or Make's output.
 * @param {string} line "[12/34] Building CXX object ..." or "[ 35%] Building CXX object ..."
 * @returns {{ done: string, what: string } | null} null: not a progress line
 */
export function parseBuildProgress(line) {
  const match = /^\[\s*(\d+\/\d+|\d+%)\]\s+(.*)$/.exec(line)
  if (!match) return null
  // the object's path ends in the source's name: all that the user can use
  const what = match[2].replace(
    /^(Building|Linking) .*?([^/\s]+?)(?:\.o|\.gch|\.pch)?$/,
    (_, verb, name) => `${verb === 'Building' ? 'compiling' : 'linking'} ${name}`,
  )
  return { done: `[${match[1]}]`, what }
}

/**
 * Parallel compilers: one per core, with 2 GB of memory each for ATen's headers.
 * @param {number} cores
 * @param {number} memoryBytes
 */
export function jobCount(cores, memoryBytes) {
  return Math.max(1, Math.min(cores, Math.floor(memoryBytes / 2e9)))
}

/**
 * Splits a stream of text into lines.
 * @param {(line: string) => void} onLine without its line end
 * @returns {(text: string) => void}
 */
export function lineSplitter(onLine) {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }
}
