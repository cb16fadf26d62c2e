import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors.ts'

/** The files of the page, as `npm run build` bundles them. */
export interface Assets {
  readonly html: string
  readonly script: string
  readonly style: string
}

// beside this file once it is compiled; from src in dist
const places = ['../client/', '../../../dist/page/client/']

/** @throws UserError if the page was not built */
export async function readAssets(): Promise<Assets> {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const folder = folders.find((each) => existsSync(`${each}page.js`))
  if (folder === undefined) throw new UserError('the page is not built yet: run npm run build in the folder of serl')
  const [html, script, style] = await Promise.all(
    ['index.html', 'page.js', 'page.css'].map((name) => readFile(folder + name, 'utf8')),
  )
  return { html: html!, script: script!, style: style! }
}
