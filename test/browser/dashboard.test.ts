// The page in a browser of the system. Skipped where there is none: apt install chromium, or name one in SERL_CHROMIUM.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../scripts/build-page.mjs'
import { openReader } from '../../src/page/read/answer-query.ts'
import { viewRun } from '../../src/page/read/run-view.ts'
import { collect } from '../../src/page/report/collect.ts'
import { reportHtml } from '../../src/page/report/html.ts'
import { type Serving, servePage } from '../../src/page/serve/serve.ts'
import { lockRun } from '../../src/run/run-lock.ts'
import { axeFindings, browserPath, groundOf, launch } from '../support/browser.ts'
import { endRun, pageRun, writeStep } from '../support/page-run.ts'
import { tempFolder } from '../support/temp-folder.ts'

const phone = { width: 390, height: 800 }

const why =
  browserPath === undefined ? ' (skipped: no chromium; apt install chromium, or name one in SERL_CHROMIUM)' : ''

describe.skipIf(browserPath === undefined)(`the dashboard in a browser${why}`, () => {
  let browser: Browser
  let folder = ''
  let ended = ''
  let going = ''
  let assets: { html: string; script: string; style: string }
  let serving: Serving
  let release: () => Promise<void>
  const problems: string[] = []
  let page: Page

  const open = async (
    path = '',
    options: { colorScheme?: 'dark' | 'light'; viewport?: { width: number; height: number } } = {},
  ): Promise<void> => {
    const context = await browser.newContext(options)
    page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|file:)/.test(request.url())) problems.push(`request to ${request.url()}`)
    })
    await page.goto(path.startsWith('file:') ? path : serving.address + path)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
  }
  const text = (): Promise<string> => page.locator('main').innerText()
  const serious = async () => (await axeFindings(page)).filter(({ impact }) => /serious|critical/.test(impact))

  beforeAll(async () => {
    folder = await tempFolder()
    ended = await pageRun(join(folder, 'ended'))
    await endRun(ended)
    going = await pageRun(join(folder, 'going'), { steps: 2, lr: 0.01 })
    release = await lockRun(going)
    const bundle = join(folder, 'bundle')
    await buildPage(bundle)
    const read = (name: string): Promise<string> => readFile(join(bundle, name), 'utf8')
    assets = { html: await read('index.html'), script: await read('page.js'), style: await read('page.css') }
    const runs = [ended, going].map((path) => ({ name: path.split('/').at(-1)!, folder: path }))
    serving = await servePage({ runs, assets, host: '127.0.0.1', port: 0, everyMs: 50 })
    browser = await launch()
  })
  afterEach(async () => {
    await page?.context().close()
    expect(problems.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await serving?.close()
    await release?.()
  })

  it('overlays the curves of two runs, smooths them, and shows their numbers', async () => {
    await open()
    await page.locator('figure').first().waitFor()
    expect(await page.title()).toBe('Curves – SeRL')
    expect(await page.locator('.plot canvas').count()).toBe(await page.locator('figure').count())
    const accuracy = page.locator('figure', { hasText: 'Held-out accuracy' })
    await expect.poll(() => accuracy.innerText()).toMatch(/ended: 40\.0 % to 65\.0 %\s+going: 40\.0 % to 50\.0 %/)
    await accuracy.locator('summary').click()
    expect(await accuracy.getByRole('columnheader').allInnerTexts()).toEqual(['step', 'ended', 'going'])
    await page.getByRole('slider', { name: /Smoothing/ }).fill('0.9')
    await page.getByRole('checkbox', { name: 'Log scale' }).check()
    await page.getByRole('checkbox', { name: 'All metrics' }).check()
    await expect.poll(() => page.locator('figure').count()).toBeGreaterThan(6)
    await page.getByRole('checkbox', { name: 'ended' }).uncheck()
    await expect.poll(() => accuracy.innerText()).not.toContain('65.0 %')
    await page.reload()
    expect(await page.getByRole('checkbox', { name: 'Log scale' }).isChecked()).toBe(true)
    expect(await serious()).toEqual([])
  })

  it('goes on with a run that is going on, and says when it ends', async () => {
    await open()
    const runs = page.getByRole('region', { name: 'Runs' })
    await expect.poll(() => runs.innerText()).toMatch(/going\s+going on, live, step 2 of 5/)
    await writeStep(going, 3)
    await expect.poll(() => runs.innerText()).toMatch(/live, step 3 of 5/)
    const accuracy = page.locator('figure', { hasText: 'Held-out accuracy' })
    await expect.poll(() => accuracy.innerText()).toContain('going: 40.0 % to 55.0 %')
  })

  it('leads from a question to its answers, their tokens, and its seeds, by keyboard', async () => {
    await open('#/answers?run=0&step=2')
    const question = page.getByRole('link', { name: 'How many pears are in 2 bags of 2?' })
    await question.focus()
    await page.keyboard.press('Enter')
    const card = page.getByRole('article')
    await card.waitFor()
    const words = await card.innerText()
    expect(words).toContain('The majority is 12 (75.0 %, 3 votes to 1, a margin of 2). Trained on in step 2.')
    expect(words).toContain('Colour is the advantage of each token')
    expect(await card.locator('.answers > li').count()).toBe(4)
    const token = card.locator('.answers > li').first().locator('.token').first()
    expect(await token.getAttribute('title')).toBe('-1.5')
    expect(await page.evaluate('getComputedStyle(document.querySelector(".answers .token")).backgroundColor')).not.toBe(
      'rgba(0, 0, 0, 0)',
    )
    expect(await card.locator('.token.masked').count()).toBe(2) // one in the legend
    await card.getByText('Advantages as numbers').first().click()
    expect(await card.locator('.numbers li').first().innerText()).toContain('"It" -1.5')
    expect(await serious()).toEqual([])
    await card.getByRole('link', { name: 'Where it comes from' }).click()
    await expect.poll(text).toContain('Nearest text (ROUGE-L 0.42)')
    expect(await text()).toContain('seed-1 How many apples are in 3 bags of 4?')
    await page.getByRole('link', { name: 'answered in step 2' }).click()
    await expect.poll(text).toContain('a margin of 2')
  })

  it('finds proposals by verdict', async () => {
    await open('#/proposals?run=0')
    await page.getByLabel('Verdict').selectOption('has-answer')
    await page.getByLabel('Step').fill('3')
    await page.getByRole('button', { name: 'Find' }).click()
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
    expect(await text()).toContain('What is 3 plus 5? Answer: 13')
  })

  it('shows guards, settings that differ, and times', async () => {
    await open('#/guards?run=0')
    await expect.poll(text).toMatch(/kl kl\.mean\s+acting\s+0\.5\s+above 0\.3, 2 steps\s+log\s+4/)
    expect(await serious()).toEqual([])
    await page.getByRole('link', { name: 'Settings' }).click()
    await expect
      .poll(() => page.locator('tbody tr').allInnerTexts())
      .toEqual([expect.stringMatching(/optimizer\.lr\s+0\.001\s+0\.01/)])
    await page.getByRole('link', { name: 'Time' }).click()
    await expect.poll(text).toMatch(/answer and vote\s+7\.5 s/)
    expect(await serious()).toEqual([])
  })

  it.each(['curves', 'proposals', 'answers?run=0&step=2&line=0', 'guards', 'settings', 'trace'])(
    '%s: nothing serious to axe, light, dark and on a phone, and nothing wider than the phone',
    async (view) => {
      for (const options of [
        { colorScheme: 'light' },
        { colorScheme: 'dark' },
        { viewport: phone, colorScheme: 'dark' },
      ] as const) {
        await open(`#/${view}`, options)
        await page.locator('main table, main figure').first().waitFor({ state: 'attached' })
        expect(await serious()).toEqual([])
        const ground = await groundOf(page)
        expect(ground).toBe(options.colorScheme === 'dark' ? 'rgb(15, 19, 24)' : 'rgb(255, 255, 255)')
        const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        expect(wide).toBe(0)
        await page.context().close()
      }
      await open()
    },
  )

  it('switches to light and dark, whatever the system says', async () => {
    await open('', { colorScheme: 'dark' })
    const ground = () => groundOf(page)
    await page.getByLabel('Colours').selectOption('light')
    expect(await ground()).toBe('rgb(255, 255, 255)')
    await page.reload()
    await page.locator('figure').first().waitFor()
    expect(await ground()).toBe('rgb(255, 255, 255)')
    await page.getByLabel('Colours').selectOption('dark')
    expect(await ground()).toBe('rgb(15, 19, 24)')
  })

  it('is reached first by its skip button, which goes to the content', async () => {
    await open()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement?.textContent?.trim()')).toBe('To the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('main')
  })

  it('a report is the same page in one file, without a server', async () => {
    const hostile = await pageRun(join(folder, 'hostile'))
    const name = (await readdir(join(hostile, 'rollouts')))[0]!
    const line = (await readFile(join(hostile, 'rollouts', name), 'utf8')).split('\n')[0]!
    const group = JSON.parse(line)
    group.text = '</script><script>document.title = "owned"</script><!-- <script> $& \u2028'
    await writeFile(join(hostile, 'rollouts', name), `${JSON.stringify(group)}\n`)
    const collected = await collect(
      openReader([ended, hostile].map((run) => viewRun({ name: run.split('/').at(-1)!, folder: run }))),
    )
    const file = join(folder, 'report.html')
    await writeFile(file, reportHtml(collected.answers, assets))
    const address = pathToFileURL(file).href
    await open(address)
    await expect.poll(text).toMatch(/ended: 40\.0 % to 65\.0 %\s+hostile: 40\.0 % to 65\.0 %/)
    expect(await serious()).toEqual([])
    await page.goto(`${address}#/answers?run=1&step=1`)
    await page.getByRole('link', { name: /owned/ }).click()
    await expect.poll(text).toContain('a margin of 2')
    expect(await page.title()).toBe('Answers – SeRL report')
    await page.goto(`${address}#/answers?run=1&step=4`)
    await expect.poll(text).toContain('This report does not hold it')
  })
})
