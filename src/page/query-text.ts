/** A query as text, the same for the same parameters: `groups?from=0&run=0&step=3`. Imports nothing: the browser has it too. */
export function queryText(name: string, params: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? name : `${name}?${pairs.join('&')}`
}
