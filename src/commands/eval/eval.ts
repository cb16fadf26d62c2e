import { itemLine } from '../../eval/grade-set.ts'
import { answerlessNotes, setTable } from '../../eval/markdown.ts'
import type { Results } from '../../eval/results.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { setsOf, settingsOf } from './eval-settings.ts'
import { evaluateModel } from './evaluate-model.ts'
import type { EvalCommandFlags } from './flags.ts'
import { dropLines, keepLines, outputPlaces, publish } from './output-places.ts'

/** `serl eval`. */
export async function evalCommand(flags: EvalCommandFlags): Promise<number> {
  const settings = settingsOf(flags)
  const sets = await setsOf(flags.data, flags)
  const places = flags.output === undefined ? null : await outputPlaces(flags.output)
  const interrupt = interruptSignal('stopping: finished responses are kept; run the same command again to continue')
  try {
    const { signal } = interrupt
    const results = await evaluateModel(
      {
        path: flags.model,
        sets,
        settings,
        signal,
        onSet: async (set, _, graded) => {
          if (places === null) return
          await keepLines(
            places,
            set.name,
            graded.map((item) => itemLine(set, item)),
          )
        },
      },
      flags,
    )
    if (results === null) return 130
    if (places !== null) await publish(places, results)
    if (flags.json) process.stdout.write(`${JSON.stringify(results)}\n`)
    else if (!flags.quiet) process.stdout.write(tableText(results))
    return 0
  } finally {
    if (places !== null) {
      await dropLines(
        places,
        sets.map(({ name }) => name),
      )
    }
    interrupt.release()
  }
}

const tableText = (results: Results): string =>
  [setTable(results), ...answerlessNotes(results.model.path, results.sets)].map((part) => `${part}\n`).join('')
