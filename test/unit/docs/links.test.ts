// What a page refers to must exist: files, headings, names in files, messages that a program prints.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchors, fences, links, pages, root } from '../../support/pages.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe.each(pages().map((page) => [page.path, page.text] as const))('%s', (path, text) => {
  it('links to files and headings that exist', () => {
    for (const link of links(text)) {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      expect(existsSync(join(root, target)), `${path}: ${link}`).toBe(true)
      if (anchor !== undefined) expect(anchors(read(target)), `${path}: ${link}`).toContain(anchor)
    }
  })
})

it('docs/README.md has a line for every page of docs', () => {
  const index = read('docs/README.md')
  for (const name of readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md') && file !== 'README.md')) {
    expect(index).toContain(`](${name})`)
  }
})

it('docs/architecture.md names what is in the files', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\| .* \| \[[^\]]+\]\(\.\.\/([^)]+)\) \| `([^`]+)` \|$/gm)]
  expect(rows.length).toBeGreaterThanOrEqual(12)
  for (const [, file, name] of rows) expect(read(file!), `${file}: ${name}`).toContain(name)
})

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(join(root, path)).isDirectory()) return sources(path)
    return /\.(ts|mjs|js|cpp|h)$/.test(name) ? [read(path)] : []
  })

it('docs/troubleshooting.md quotes messages that the program has', () => {
  // templates put names and numbers into a message: some run of three words of each line must be in the sources
  const plain = (text: string): string => text.replace(/['"`+\s\\]+/g, ' ')
  const all = plain(['src', 'scripts/native', 'scripts', 'native', 'bin'].flatMap(sources).join('\n'))
  const messages = fences(read('docs/troubleshooting.md')).filter(({ language }) => language === '')
  expect(messages.length).toBeGreaterThan(12)
  const lines = messages.flatMap(({ text }) => text.split('\n'))
  // a word or two prove nothing, and libtorch's own words are not here
  for (const text of lines.filter((line) => line.split(' ').length > 4 && !line.includes('enforce fail'))) {
    const words = plain(text).trim().split(' ')
    const runs = words.map((_, i) => words.slice(i, i + 3)).filter((run) => run.length === 3)
    expect(
      runs.some((run) => all.includes(run.join(' '))),
      text,
    ).toBe(true)
  }
})
