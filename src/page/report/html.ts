import { createHash } from 'node:crypto'
import type { Assets } from '../serve/assets.ts'

/** The page with its script, its style and every answer in one file, which asks nobody anything. */
export function reportHtml(answers: Readonly<Record<string, unknown>>, { html, script, style }: Assets): string {
  // neither may end the element that it stands in
  const data = JSON.stringify(answers).replaceAll('<', '\\u003c')
  const code = script.replaceAll('</script', '<\\/script')
  const hash = createHash('sha256').update(code).digest('base64')
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`
  const put = (text: string, mark: string, by: string): string => text.replace(mark, () => by)
  return [
    [
      '<meta charset="utf-8">',
      `<meta charset="utf-8">\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`,
    ],
    ['<link rel="stylesheet" href="/page.css">', `<style>${style.replaceAll('</style', '<\\/style')}</style>`],
    [
      '<script type="module" src="/page.js"></script>',
      `<script type="application/json" id="data">${data}</script>\n    <script>${code}</script>`,
    ],
  ].reduce((text, [mark, by]) => put(text, mark!, by!), html)
}
