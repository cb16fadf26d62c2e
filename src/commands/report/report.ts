import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { fileReason } from '../../file-errors.ts'
import { writeWhole } from '../../files.ts'
import { openReader } from '../../page/read/answer-query.ts'
import { findRuns } from '../../page/read/find-runs.ts'
import { viewRun } from '../../page/read/run-view.ts'
import { collect } from '../../page/report/collect.ts'
import { curvesPicture } from '../../page/report/curves-picture.ts'
import { reportHtml } from '../../page/report/html.ts'
import { summaryMarkdown } from '../../page/report/markdown.ts'
import { readAssets } from '../../page/serve/assets.ts'
import type { ReportFlags } from './flags.ts'

/** `serl report RUN [RUN...]`. */
export async function reportCommand(paths: readonly string[], { output, json, quiet }: ReportFlags): Promise<number> {
  const runs = await findRuns(paths)
  const assets = await readAssets()
  await mkdir(output, { recursive: true }).catch((cause: unknown) => {
    throw new UserError(`--output ${output}: ${fileReason(cause)}`, { cause })
  })
  const collected = await collect(openReader(runs.map(viewRun)))
  const files = {
    html: join(output, 'report.html'),
    svg: join(output, 'curves.svg'),
    markdown: join(output, 'summary.md'),
  }
  const markdown = summaryMarkdown(collected)
  await writeWhole(files.html, reportHtml(collected.answers, assets))
  await writeWhole(files.svg, curvesPicture(collected))
  await writeWhole(files.markdown, markdown)
  if (json) process.stdout.write(`${JSON.stringify({ ...files, runs: runs.map(({ name }) => name) })}\n`)
  else if (!quiet) process.stdout.write(`${markdown}\nwritten: ${Object.values(files).join(', ')}\n`)
  return 0
}
