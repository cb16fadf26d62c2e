import { UserError } from '../errors.ts'
import { itemLine } from '../eval/judge-set.ts'
import { resultsMarkdown, setTable } from '../eval/markdown.ts'
import { writeWhole } from '../files.ts'
import type { EvalFlags } from './eval-flags.ts'
import { outputPlaces, writeLines } from './eval-output.ts'
import { setsOf, settingsOf } from './eval-settings.ts'
import { evaluateModel } from './evaluate-model.ts'
import { interruptSignal } from './interrupt.ts'

interface EvalCommandFlags extends EvalFlags {
  readonly model: string
}

/** `serl eval`. */
export async function evalCommand(flags: EvalCommandFlags): Promise<number> {
  if (flags.data === undefined) throw new UserError('--data SET...: which question sets? JSONL files, hub ids or names')
  const settings = settingsOf(flags)
  const sets = await setsOf(flags.data, flags)
  const places = flags.output === undefined ? null : await outputPlaces(flags.output)
  const interrupt = interruptSignal('stopping: finished answers are kept, the same command goes on from them')
  try {
    const { signal } = interrupt
    const results = await evaluateModel(
      {
        path: flags.model,
        sets,
        settings,
        signal,
        onSet: async (set, _, judged) => {
          if (places === null) return
          await writeLines(
            places.items,
            `${set.name}.jsonl`,
            judged.map((item) => itemLine(set, item)),
          )
        },
      },
      flags,
    )
    if (results === null) return 130
    if (places !== null) {
      await writeWhole(places.json, `${JSON.stringify(results, null, 1)}\n`)
      await writeWhole(places.markdown, resultsMarkdown(results))
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(results)}\n`)
    else if (!flags.quiet) process.stdout.write(`${setTable(results)}\n`)
    return 0
  } finally {
    interrupt.release()
  }
}
