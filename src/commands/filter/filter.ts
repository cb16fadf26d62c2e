import { defaultFilterConfig } from '../../config/filter-config.ts'
import { filterFile } from '../../filter/filter-file.ts'
import { counted } from '../../log/counted.ts'
import { printSummary } from '../shared/jsonl-output.ts'
import type { FilterFlags } from './flags.ts'

/** `serl filter`. */
export async function filterCommand(flags: FilterFlags): Promise<number> {
  const summary = await filterFile({
    input: flags.input,
    seeds: flags.seeds ?? null,
    output: flags.output,
    config: { ...defaultFilterConfig, rougeMax: flags.rougeMax ?? defaultFilterConfig.rougeMax },
  })
  const reasons = Object.entries(summary.reasons).map(([reason, count]) => `${count} ${reason}`)
  const rejected = reasons.length === 0 ? '' : `; rejected: ${reasons.join(', ')}`
  printSummary(summary, `${summary.kept} of ${counted(summary.read, 'question')} accepted${rejected}`, flags)
  return 0
}
