/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Sums a report of vitest's JSON reporter. A file that could not be loaded counts as a failed test, and so does a run
 * that ended badly without naming one.
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | null} report null: none written
 * @param {boolean} endedWell exit status 0
 * @returns {Counts}
 */
export function countVitest(report, endedWell) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report?.testResults ?? []) {
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++
      else if (status === 'failed') counts.failed++
      else counts.skipped++
    }
    const named = file.assertionResults.some(({ status }) => status === 'failed')
    if (file.status === 'failed' && !named) counts.failed++
  }
  if (!endedWell && counts.failed === 0) counts.failed = 1
  return counts
}

/**
 * Reads doctest's closing line of a run of scripts/test-cpp.mjs.
 * @param {string} output
 * @param {number | null} status 2: what the tests need is not installed, which counts as one skipped
 * @returns {Counts}
 */
export function countDoctest(output, status) {
  if (status === 2) return { passed: 0, failed: 0, skipped: 1 }
  const line = /test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed/.exec(output)
  const counts = { passed: Number(line?.[1] ?? 0), failed: Number(line?.[2] ?? 0), skipped: 0 }
  if ((status !== 0 || line === null) && counts.failed === 0) counts.failed = 1
  return counts
}

/** @param {readonly Counts[]} all @returns {Counts} */
export function addCounts(all) {
  const sum = (field) => all.reduce((total, counts) => total + counts[field], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** @param {Counts} counts */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
