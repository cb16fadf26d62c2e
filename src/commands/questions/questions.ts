import { UserError } from '../../errors.ts'
import { foldedText } from '../../filter/rouge.ts'
import { counted } from '../../log/counted.ts'
import { type FamilyName, families, familyNames } from '../../questions/families.ts'
import { answeredLine, questionLine, type Way } from '../../questions/lines.ts'
import { makeQuestions } from '../../questions/make-questions.ts'
import { readSeeds } from '../../seeds/read-seeds.ts'
import { printSummary, withJsonlOutput } from '../shared/jsonl-output.ts'
import type { QuestionsFlags } from './flags.ts'

/** `serl questions`. */
export async function questionsCommand(operands: readonly string[], flags: QuestionsFlags): Promise<number> {
  const named = familiesOf(operands)
  const ways: Way[] = [...(flags.worked ? (['worked'] as const) : []), ...(flags.direct ? (['direct'] as const) : [])]
  const { suffix = '' } = flags
  if (flags.suffix !== undefined && ways.length === 0) {
    throw new UserError('--suffix needs --worked or --direct: it is put after "prompt"')
  }
  if (flags.operations !== undefined && named.every((family) => families[family].operations === null)) {
    throw new UserError(`--operations: the templates of ${named.join(', ')} decide how many there are`)
  }
  const summary = await withJsonlOutput(flags.output, { json: flags.json, inputs: flags.exclude }, async (output) => {
    const exclude = await questionsOf(flags.exclude)
    const made = makeQuestions({
      families: named,
      count: flags.count,
      key: [flags.seed],
      digits: flags.digits ?? 2,
      operations: flags.operations ?? null,
      exclude,
    })
    await output.write(
      ways.length === 0
        ? made.map(questionLine)
        : made.flatMap((question) => ways.map((way) => answeredLine(question, way, suffix))),
    )
    const number = (family: FamilyName): number => made.filter((question) => question.family === family).length
    return {
      questions: made.length,
      families: Object.fromEntries(named.map((family) => [family, number(family)])),
      excluded: exclude.size,
    }
  })
  const besides = summary.excluded === 0 ? '' : `, none of the ${summary.excluded} excluded ones`
  printSummary(summary, `${counted(summary.questions, 'question')}${besides}`, flags)
  return 0
}

function familiesOf(operands: readonly string[]): FamilyName[] {
  return operands.map((operand, i) => {
    const family = familyNames.find((name) => name === operand)
    if (family === undefined)
      throw new UserError(`no family of questions is called ${operand}: ${familyNames.join(', ')}`)
    if (operands.indexOf(operand) < i) throw new UserError(`${operand} is named twice`)
    return family
  })
}

async function questionsOf(paths: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const path of paths) for (const { text } of await readSeeds(path)) found.add(foldedText(text))
  return found
}
