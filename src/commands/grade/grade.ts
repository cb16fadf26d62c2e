import { createAnswerChecker } from '../../answers/create-checker.ts'
import { gradeFile } from '../../answers/grade-file.ts'
import { UserError } from '../../errors.ts'
import { counted } from '../../log/counted.ts'
import { printSummary } from '../shared/jsonl-output.ts'
import type { GradeFlags } from './flags.ts'

const kinds = ['math', 'choice', 'exact', 'number', 'module'] as const

/** `serl grade`. */
export async function gradeCommand(flags: GradeFlags): Promise<number> {
  const kind = kinds.find((known) => known === flags.answers)
  if (kind === undefined) throw new UserError(`--answers ${flags.answers}: expected one of ${kinds.join(', ')}`)
  const { tolerance, timeLimitMs } = flags
  const checker = await createAnswerChecker({ kind, tolerance, module: flags.module ?? null, timeLimitMs })
  try {
    const summary = await gradeFile({ input: flags.input, output: flags.output, checker })
    const { pairs, equal, unanswered, timeouts = 0 } = summary
    const late =
      timeouts === 0
        ? ''
        : `; ${counted(timeouts, 'call')} to the module ran over --time-limit-ms ${timeLimitMs}, and count as unequal or without an answer`
    const said = `${equal} of ${pairs} equal; ${counted(unanswered, 'prediction')} without an answer${late}`
    printSummary(summary, said, flags)
    return 0
  } finally {
    await checker.close()
  }
}
