// The pages of documentation, parsed.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  readonly path: string // from the root
  readonly text: string
}

/** README.md, CONTRIBUTING.md, CHANGELOG.md, seeds/README.md and docs/*.md. */
export function pages(): Page[] {
  const docs = readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'seeds/README.md', ...docs].map((path) => ({
    path,
    text: readFileSync(`${root}${path}`, 'utf8'),
  }))
}

export interface Fence {
  readonly language: string // '' for what a program prints
  readonly text: string
}

const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```/gm

export const fences = (text: string): Fence[] =>
  [...text.matchAll(fence)].map(([, , language, body]) => ({ language: language!, text: body! }))

/** Text between backquotes outside fences; a line break in it is a space. */
export const inlineCode = (text: string): string[] =>
  [...text.replace(fence, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replace(/\s*\n\s*/g, ' '))

/** Targets of links outside fences that are not URLs. */
export const links = (text: string): string[] =>
  [...text.replace(fence, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target))

/** What links can point to within a page, as GitHub names its headings. */
export const anchors = (text: string): string[] =>
  [...text.replace(fence, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )

/** The words of a line as a shell takes them; a comment ends it. Only what the pages use: '', "", $'' and backslashes. */
export function shellWords(line: string): string[] {
  const words: string[] = []
  for (const [word] of line.matchAll(/(?:\$?'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)) {
    if (word.startsWith('#')) break
    words.push(word.replace(/\$?'([^']*)'|"([^"]*)"|\\(.)/g, (_, a, b, c) => a ?? b ?? c))
  }
  return words
}
