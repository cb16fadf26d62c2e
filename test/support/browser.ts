import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'

const places = [process.env.SERL_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A browser of the system; undefined: none is installed. */
export const browserPath = places.find((place) => place !== undefined && existsSync(place))

/** Without a sandbox only where the system refuses one to root, as containers do. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: browserPath!,
    args: process.getuid?.() === 0 ? ['--no-sandbox', '--disable-dev-shm-usage'] : [],
  })

/** The colour that the page is painted on. Scripts for the browser are text: this project's types are those of Node. */
export const groundOf = (page: Page): Promise<string> =>
  page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

export interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly string[]
}

/** What axe finds on the page, minor findings included. */
export async function axeFindings(page: Page): Promise<Violation[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe is put into the page as text
    const { violations } = await (globalThis as any).axe.run()
    // biome-ignore lint/suspicious/noExplicitAny: the same
    return violations.map(({ id, impact, nodes }: any) => ({
      id,
      impact,
      // biome-ignore lint/suspicious/noExplicitAny: the same
      nodes: nodes.map(({ html, failureSummary }: any) => `${html} ${failureSummary}`),
    }))
  })
}
