import { defaultFilterConfig } from '../../config/filter-config.ts'
import { filterFile } from '../../filter/filter-file.ts'
import { openQuestionFilter } from '../../filter/question-filter.ts'
import { counted } from '../../log/counted.ts'
import { printSummary } from '../shared/jsonl-output.ts'
import type { FilterFlags } from './flags.ts'

/** `serl filter`. */
export async function filterCommand(flags: FilterFlags): Promise<number> {
  const { rougeMax, module, moduleLimitMs } = defaultFilterConfig
  const config = {
    ...defaultFilterConfig,
    rougeMax: flags.rougeMax ?? rougeMax,
    module: flags.module ?? module,
    moduleLimitMs: flags.moduleLimitMs ?? moduleLimitMs,
  }
  const own = await openQuestionFilter(config, '--module')
  try {
    const summary = await filterFile({
      input: flags.input,
      seeds: flags.seeds ?? null,
      output: flags.output,
      config,
      own,
    })
    const reasons = Object.entries(summary.reasons).map(([reason, count]) => `${count} ${reason}`)
    const rejected = reasons.length === 0 ? '' : `; rejected: ${reasons.join(', ')}`
    printSummary(summary, `${summary.kept} of ${counted(summary.read, 'question')} accepted${rejected}`, flags)
    return 0
  } finally {
    await own?.close()
  }
}
