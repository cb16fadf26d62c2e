// What a file that is not JSONL looks like, for messages.

type Signature = readonly [name: string, bytes: readonly number[], advice: string]

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')]
const unpack = 'unpack it first'
const convert = 'convert it first'
const asUtf8 = 'save it as UTF-8, for instance with iconv'

const signatures: readonly Signature[] = [
  ['gzip', [0x1f, 0x8b], unpack],
  ['a zip archive', [...ascii('PK'), 3, 4], unpack],
  ['bzip2', ascii('BZh'), unpack],
  ['xz', [0xfd, ...ascii('7zXZ')], unpack],
  ['zstandard', [0x28, 0xb5, 0x2f, 0xfd], unpack],
  ['Parquet', ascii('PAR1'), convert],
  ['Arrow', ascii('ARROW1'), convert],
  ['PDF', ascii('%PDF'), convert],
  ['a SQLite database', ascii('SQLite format 3'), convert],
  ['UTF-16', [0xff, 0xfe], asUtf8],
  ['UTF-16', [0xfe, 0xff], asUtf8],
]

/** "looks like gzip: unpack it first", from a file's first bytes; null: nothing is known against it. */
export function foreignBytes(start: Uint8Array): string | null {
  for (const [name, bytes, advice] of signatures) {
    if (bytes.every((byte, i) => start[i] === byte)) return `looks like ${name}: ${advice}`
  }
  const head = start.subarray(0, 256)
  const zeros = [0, 1].map((odd) => head.filter((byte, i) => byte === 0 && i % 2 === odd).length)
  if (zeros[0] === 0 && zeros[1] === 0) return null
  const isText = Math.min(...zeros) === 0 && Math.max(...zeros) >= head.length / 4
  return isText ? `looks like UTF-16: ${asUtf8}` : 'looks like a binary file'
}

/** "looks like CSV", from a first line that is not JSON by itself; null: not known. */
export function foreignText(line: string): string | null {
  const text = line.trim()
  if (text.startsWith('[')) return 'looks like a JSON array'
  if (/^\{("[^"]*"\s*:\s*([[{]|[^{}]*,))?$/.test(text)) return 'looks like one JSON object over several lines'
  if (/^<(!doctype|html|\?xml|[a-z])/i.test(text)) return 'looks like a web page or XML'
  if (text.startsWith('{')) return null
  if (text.includes('\t')) return 'looks like TSV'
  if (/^---$|^(- )?[\w-]+:( |$)/.test(text)) return 'looks like YAML'
  return /^"?[\w ]+"?([,;]"?[\w ]*"?)+/.test(text) ? 'looks like CSV' : null
}
