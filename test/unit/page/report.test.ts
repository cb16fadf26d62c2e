import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openReader } from '../../../src/page/read/answer-query.ts'
import { viewRun } from '../../../src/page/read/run-view.ts'
import { type Collected, collect } from '../../../src/page/report/collect.ts'
import { curvesPicture } from '../../../src/page/report/curves-picture.ts'
import { reportHtml } from '../../../src/page/report/html.ts'
import { summaryMarkdown } from '../../../src/page/report/markdown.ts'
import { endRun, pageRun } from '../../support/page-run.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const assets = {
  html: '<head><meta charset="utf-8">\n<link rel="stylesheet" href="/page.css"></head><script type="module" src="/page.js"></script>',
  script: 'document.write("</script>")',
  style: 'a { content: "</style>" }',
}

let collected: Collected
beforeAll(async () => {
  const folder = await tempFolder()
  const one = await pageRun(join(folder, 'one'))
  await endRun(one, 'guard kl: 0.5 is above 0.3 for 2 steps or more')
  const two = await pageRun(join(folder, 'two'), { lr: 0.01, reward: 'random', steps: 3 })
  collected = await collect(
    openReader([one, two].map((each, i) => viewRun({ name: ['one', 'two|<b>'][i]!, folder: each }))),
  )
})

describe('the HTML file', () => {
  it('holds its answers, and nothing of them can end the element that they stand in', () => {
    const answers = { ...collected.answers, note: '</script><script>alert(1)</script><!--' }
    const html = reportHtml(answers, assets)
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1]
    expect(JSON.parse(data!)).toEqual(JSON.parse(JSON.stringify(answers)))
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html.match(/<\/script/g)).toHaveLength(2)
    expect(html.match(/<\/style/g)).toHaveLength(1)
  })

  it('asks nobody anything, and runs its own script alone', () => {
    const html = reportHtml(collected.answers, assets)
    expect(html).toMatch(/content="default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'unsafe-inline'; /)
    expect(html).not.toMatch(/(src|href)="/)
  })

  it('names no folder of the machine', () => {
    expect(reportHtml(collected.answers, assets)).not.toMatch(/home|someone|secret|serl-test-/)
  })

  it('has the answers of the first, a middle and the last step', () => {
    expect(collected.answers['steps?run=0']).toMatchObject([{ step: 1 }, { step: 3 }, { step: 5 }])
    expect(collected.answers['group?line=0&run=0&step=3']).toMatchObject({ trainedAt: 3 })
    expect(collected.answers['group?line=0&run=0&step=2']).toBeUndefined()
    expect(collected.answers['proposal?id=step2-0-0&run=1']).toMatchObject({ answered: [{ step: 2, line: 0 }] })
  })
})

it('the summary says in Markdown what the runs came to, and what differs', () => {
  const markdown = summaryMarkdown(collected)
  expect(markdown).toContain('![Main curves](curves.svg)')
  expect(markdown).toContain(
    '| one | ended early | 5 of 5 | 40.0 % to 65.0 % | 65.0 % | 0.5 | 0.5 | 0.5 | - | kl at step 4 (log) |',
  )
  expect(markdown).toContain('| two\\|&lt;b> | interrupted | 3 of 5 | 40.0 % to 55.0 % |')
  expect(markdown).toContain('one ended early: guard kl: 0.5 is above 0.3 for 2 steps or more')
  expect(markdown).toContain('| setting | one | two\\|&lt;b> |\n|---|---|---|\n')
  expect(markdown).toContain('| `reward.kind` | majority | random |\n| `optimizer.lr` | 0.001 | 0.01 |')
})

it('the picture has a curve for each run, says in words what it shows, and loads nothing', () => {
  const svg = curvesPicture(collected)
  expect(svg).toContain('<title id="title">Main curves of one, two|&lt;b&gt;</title>')
  expect(svg).toContain('Held-out accuracy: one 0.4 to 0.65, two|&lt;b&gt; 0.4 to 0.55.')
  expect(svg.match(/class="curve c0"[^>]* d="M[\d.,L-]+"/g)?.length).toBe(5) // entropy was not measured
  expect(svg).toMatch(/prefers-color-scheme: dark/)
  expect(svg).not.toMatch(/href|url\(|@import|<script|NaN|Infinity|undefined/)
})

it('a run that has not measured anything gives a picture and a summary too', async () => {
  const empty = await collect(openReader([viewRun({ name: 'none', folder: join(await tempFolder(), 'none') })]))
  expect(curvesPicture(empty)).toContain('Nothing was measured.')
  expect(summaryMarkdown(empty)).toContain('| none | waiting | 0 | - | - |')
})
