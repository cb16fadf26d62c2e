import { open, rename, rm } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { onItsWay, requireNoInput } from '../files.ts'
import { stringifyJson } from '../json-integers.ts'
import { eachJsonLine, fieldsFound } from '../jsonl.ts'
import type { AnswerChecker } from './answer-checker.ts'

/** What was graded: pairs, those equal, and predictions without an answer. */
export interface GradeSummary {
  readonly pairs: number
  readonly equal: number
  readonly unanswered: number
  readonly timeouts?: number // calls to a module that ran over the time limit
}

export interface GradeFiles {
  readonly input: string // lines of {"id", "gold", "prediction"}; gold may be a number
  readonly output: string // lines of {"id", "equal", "gold", "prediction"}: the answers found, or null
  readonly checker: AnswerChecker
}

interface Pair {
  readonly id: unknown
  readonly gold: string
  readonly prediction: string
}

/**
 * Grades a file of pairs, line by line, in the order given. The output appears under its name only when it is whole.
 * @throws UserError naming the input's file and line, or the file that cannot be read or written, or is both
 */
export async function gradeFile({ input, output, checker }: GradeFiles): Promise<GradeSummary> {
  await requireNoInput(output, [input])
  const { target, written, isStream } = await onItsWay(output)
  const file = await open(written, 'w').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`cannot write ${output}: ${fileReason(cause)}`, { cause })
  })
  try {
    const summary = await gradeLines(input, checker, (text) => file.writeFile(text))
    if (!isStream) await file.sync()
    await file.close()
    if (!isStream) await rename(written, target)
    return summary
  } catch (error) {
    await file.close().catch(() => {})
    if (!isStream) await rm(written, { force: true })
    throw error
  }
}

/** Lines are written in blocks of about this many characters. */
const BLOCK = 1 << 16

async function gradeLines(
  input: string,
  checker: AnswerChecker,
  write: (text: string) => Promise<void>,
): Promise<GradeSummary> {
  let [pairs, equal, unanswered, block] = [0, 0, 0, '']
  for await (const { line, value } of eachJsonLine(input, { exactIntegers: true })) {
    const pair = pairOf(value, `${input}:${line}`)
    const grade = await checker.grade(pair.gold, pair.prediction)
    pairs += 1
    if (grade.equal) equal += 1
    if (grade.prediction === null) unanswered += 1
    block += `${stringifyJson({ id: pair.id, ...grade })}\n`
    if (block.length < BLOCK) continue
    await write(block)
    block = ''
  }
  if (pairs === 0) throw new UserError(`${input} is empty: expected one {"id", "gold", "prediction"} per line`)
  await write(block)
  const timeouts = checker.timeouts?.()
  return { pairs, equal, unanswered, ...(timeouts !== undefined && { timeouts }) }
}

function pairOf(value: unknown, place: string): Pair {
  if (typeof value !== 'object' || value === null) {
    throw new UserError(`${place}: expected an object with "id", "gold" and "prediction"`)
  }
  const { id, gold, prediction } = value as Record<string, unknown>
  if (id === undefined) throw new UserError(`${place}: "id" is missing${fieldsFound(value)}`)
  const isNumber = typeof gold === 'number' || typeof gold === 'bigint'
  if (typeof gold !== 'string' && !isNumber)
    throw new UserError(
      `${place}: "gold" must be a string${gold === undefined ? '' : ' or a number'}${found(gold)}${fieldsFound(value)}`,
    )
  if (typeof prediction !== 'string')
    throw new UserError(`${place}: "prediction" must be a string${found(prediction)}${fieldsFound(value)}`)
  return { id, gold: String(gold), prediction }
}

const found = (value: unknown): string =>
  value === undefined ? ' and is missing' : `, not ${stringifyJson(value)?.slice(0, 60)}`
