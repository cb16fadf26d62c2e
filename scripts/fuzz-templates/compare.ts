// Compares templates with what transformers makes of them (expected.py): no template may become another text.
//   tsx scripts/fuzz-templates/compare.ts EXPECTED.jsonl VARIABLES.json
import { readFileSync } from 'node:fs'
import { TemplateError } from '../../src/jinja/budget.ts'
import { compileTemplate } from '../../src/jinja/template.ts'

interface Case {
  readonly template: string
  readonly text?: string
  readonly error?: string
}

const [casesFile, variablesFile] = process.argv.slice(2)
if (variablesFile === undefined) throw new Error('usage: compare.ts EXPECTED.jsonl VARIABLES.json')
const variables = JSON.parse(readFileSync(variablesFile, 'utf8')) as Record<string, unknown>
const cases = readFileSync(casesFile!, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

const counts = { equal: 0, 'both fail': 0, refused: 0, 'only transformers fails': 0, different: 0, crash: 0 }
const refusals = new Map<string, { times: number; template: string }>()

for (const { template, text, error } of cases) {
  let found: string
  try {
    found = compileTemplate(template).render(variables, (format) => format)
  } catch (cause) {
    const { name, message } = cause as Error
    if (!(cause instanceof TemplateError)) {
      counts.crash++
      console.log('CRASH', JSON.stringify(template), name, message)
    } else if (text === undefined) {
      counts['both fail']++
    } else {
      counts.refused++
      const known = refusals.get(message)
      refusals.set(message, { times: (known?.times ?? 0) + 1, template: known?.template ?? template })
    }
    continue
  }
  if (text === found) {
    counts.equal++
  } else if (text === undefined) {
    counts['only transformers fails']++
    console.log('ONLY THEY FAIL', JSON.stringify(template), JSON.stringify(found).slice(0, 200), error)
  } else {
    counts.different++
    console.log('DIFFERENT', JSON.stringify({ template, found, text }).slice(0, 600))
  }
}
for (const [message, { times, template }] of [...refusals].sort((a, b) => b[1].times - a[1].times)) {
  console.log('REFUSED', times, message, JSON.stringify(template).slice(0, 200))
}
console.log(JSON.stringify(counts))
process.exitCode = counts.different + counts.crash > 0 ? 1 : 0
