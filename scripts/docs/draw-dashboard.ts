// Takes the pictures of docs/dashboard.md, with a chromium of the system:
//   npx tsx scripts/docs/draw-dashboard.ts RUN [OTHER]
// The committed ones show two runs of the demonstration, which these made:
//   npx serl train demo --seed 0 --out runs/picture/vote
//   npx serl train demo --seed 0 --out runs/picture/coin --set reward.kind=random
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { findRuns } from '../../src/page/read/find-runs.ts'
import { readAssets } from '../../src/page/serve/assets.ts'
import { servePage } from '../../src/page/serve/serve.ts'
import { launch } from '../../test/support/browser.ts'

const pictures = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
const mostBytes = 150_000

const serving = await servePage({
  runs: await findRuns(process.argv.slice(2)),
  assets: await readAssets(),
  ...{ host: '127.0.0.1', port: 0 },
})
const browser = await launch()

interface Picture {
  readonly name: string
  readonly view: string
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
  readonly height: number
}

async function take(
  { name, view, colorScheme, width, height }: Picture,
  ready: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({ colorScheme, viewport: { width, height } })
  await page.goto(`${serving.address}#/${view}`)
  await ready(page)
  await page.waitForTimeout(500) // the curves are drawn in the next frame
  const path = `${pictures}${name}.png`
  await page.screenshot({ path })
  const bytes = statSync(path).size
  console.log(`${name}.png: ${bytes} bytes`)
  if (bytes > mostBytes)
    throw new Error(`${name}.png is too large for the repository: make it smaller than ${mostBytes} bytes`)
  await page.close()
}

const curves = (page: Page): Promise<void> => page.locator('.plot canvas').nth(3).waitFor()
const answer = async (page: Page): Promise<void> => {
  await page.locator('tbody a').first().click()
  await page.locator('.answers').waitFor()
  await page.locator('article').scrollIntoViewIfNeeded()
}

await take({ name: 'dashboard-light', view: 'curves', colorScheme: 'light', width: 1100, height: 860 }, curves)
await take(
  { name: 'dashboard-dark', view: 'answers?run=0&step=2', colorScheme: 'dark', width: 1100, height: 860 },
  answer,
)
await take(
  { name: 'dashboard-phone', view: 'answers?run=0&step=2', colorScheme: 'light', width: 390, height: 800 },
  answer,
)
await browser.close()
await serving.close()
