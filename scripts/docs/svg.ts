// What the pictures of the documentation share: elements as text, and one look for light and dark pages. Plain functions
// suffice: a picture is drawn once, and its source should read well in a diff.

type Attributes = Readonly<Record<string, string | number>>

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** One decimal: enough for a screen, and the same text from every machine. */
const attributeText = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : escapeText(value)

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(value)}"`)
  const open = `<${name}${list.join('')}`
  if (children.length === 0) return `${open}/>`
  return children.length === 1 && !children[0]!.startsWith('<')
    ? `${open}>${children[0]}</${name}>`
    : `${open}>\n${children.join('\n')}\n</${name}>`
}

export const text = (content: string, x: number, y: number, attributes: Attributes = {}): string =>
  element('text', { x, y, ...attributes }, escapeText(content))

/**
 * Every colour of the pictures. The panel is always painted: a page can be dark on a computer that asks for light
 * pictures, and the other way round.
 */
const style = `
text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2328; }
.name { font-size: 16px; font-weight: 600; }
.quiet { fill: #59636e; }
.panel { fill: #ffffff; stroke: #d1d9e0; }
.box { fill: #eef4fc; stroke: #4877b0; }
.store { fill: #fdf3e1; stroke: #a87420; }
.arrow { fill: none; stroke: #59636e; stroke-width: 1.6; }
.head { fill: #59636e; }
.grid { stroke: #d1d9e0; }
.vote { fill: none; stroke: #1f63b5; stroke-width: 2.2; }
.vote-mark { fill: #1f63b5; }
.coin { fill: none; stroke: #a3580c; stroke-width: 2.2; stroke-dasharray: 6 4; }
.coin-mark { fill: #a3580c; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.quiet { fill: #a5aeb8; }
.panel { fill: #161b22; stroke: #3d444d; }
.box { fill: #1c2b41; stroke: #6d9fd8; }
.store { fill: #382c14; stroke: #d09a44; }
.arrow { stroke: #a5aeb8; }
.head { fill: #a5aeb8; }
.grid { stroke: #3d444d; }
.vote { stroke: #78b0f5; }
.vote-mark { fill: #78b0f5; }
.coin { stroke: #f0a050; }
.coin-mark { fill: #f0a050; }
}`

export interface Picture {
  readonly width: number
  readonly height: number
  readonly title: string
  /** For those who do not see it: what it shows, in words. */
  readonly description: string
}

/** A whole SVG file. */
export function picture({ width, height, title, description }: Picture, ...children: readonly string[]): string {
  const root = {
    ...{ xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height },
    ...{ role: 'img', 'aria-labelledby': 'title description' },
  }
  const words = [
    element('title', { id: 'title' }, escapeText(title)),
    element('desc', { id: 'description' }, escapeText(description)),
  ]
  const panel = element('rect', { class: 'panel', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 })
  return `${element('svg', root, ...words, element('style', {}, `${style}\n`), panel, ...children)}\n`
}
