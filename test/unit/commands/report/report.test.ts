import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { buildPage } from '../../../../scripts/build-page.mjs'
import { commandTrial } from '../../../support/command-trial.ts'
import { pageRun } from '../../../support/page-run.ts'

const trial = commandTrial()
beforeAll(() => buildPage(fileURLToPath(new URL('../../../../dist/page/client', import.meta.url))))

it('serl report writes three files, and prints the summary', async () => {
  const runs = [await pageRun(join(trial.folder, 'a')), await pageRun(join(trial.folder, 'b'), { lr: 1 })]
  const output = join(trial.folder, 'out', 'report')
  expect(await trial.serl('report', ...runs, '--output', output)).toBe(0)
  const read = (name: string) => readFile(join(output, name), 'utf8')
  expect(trial.said()).toContain(await read('summary.md'))
  expect(await read('curves.svg')).toMatch(/^<svg /)
  const html = await read('report.html')
  expect(html).toMatch(/^<!doctype html>/)
  expect(html.length).toBeLessThan(300_000)
  trial.forget()
  expect(await trial.serl('report', runs[0]!, '--output', output, '--json')).toBe(0)
  expect(JSON.parse(trial.said())).toEqual({
    html: join(output, 'report.html'),
    svg: join(output, 'curves.svg'),
    markdown: join(output, 'summary.md'),
    runs: ['a'],
  })
})
