import { writeWhole } from '../../files.ts'
import { readLineage, requireProposals } from '../../lineage/lineage.ts'
import { lineageMarkdown } from '../../lineage/markdown.ts'
import { outputPlaces } from '../eval/output-places.ts'
import type { LineageFlags } from './flags.ts'

/** `serl lineage RUN`. */
export async function lineageCommand(run: string, flags: LineageFlags): Promise<number> {
  requireProposals(run)
  const places = flags.output === undefined ? null : await outputPlaces(flags.output, 'lineage')
  const lineage = await readLineage(run, flags.near)
  const markdown = lineageMarkdown(lineage, flags.rows)
  if (places !== null) {
    await writeWhole(places.json, `${JSON.stringify({ version: 1, ...lineage }, null, 1)}\n`)
    await writeWhole(places.markdown, markdown)
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(lineage)}\n`)
  else if (!flags.quiet) process.stdout.write(markdown)
  return 0
}
