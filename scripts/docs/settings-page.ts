// docs/settings.md, from the schema: every setting with its values, its default, its line of documentation, and what the
// presets make of it.
import { guardActions } from '../../src/config/guard-schema.ts'
import { presetNames, readLayers } from '../../src/config/read-settings.ts'
import { type Config, configSchema, pathKeys } from '../../src/config/schema.ts'
import { MOST_COUNT, MOST_MS } from '../../src/config/value-schema.ts'
import { type Described, describedGroups, valuesText } from '../../src/config/values-text.ts'

/** What a group of settings governs. */
const stages: Readonly<Record<keyof Config, string>> = {
  model: 'The checkpoint, and where it computes.',
  seeds: 'The seed questions.',
  instruct: 'Propose: how the model is asked for new questions.',
  filter: 'Filter: which proposals are accepted.',
  rollout: 'Answer: how responses to each question are sampled.',
  panel:
    'Panel: questions that are never trained on, answered every few steps ([learning.md](learning.md#while-it-runs)).',
  reward: 'Vote: how answers are found and compared, and what is rewarded.',
  difficulty: 'Keep: the difficulty band.',
  advantage: 'Advantages: from rewards to a number for each token.',
  kl: 'The KL divergence from the reference.',
  update: 'Update: the policy loss.',
  optimizer: 'AdamW and its learning rate.',
  eval: 'Evaluation during training.',
  checkpoint: 'Checkpoints.',
  train: 'The length of the run, and its seed.',
  guard: 'Signs of collapse, and what is done about them.',
}

const code = (text: string): string => `\`${text}\``
const cell = (text: string): string => text.replaceAll('|', '\\|')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), `|${head.map(() => '---').join('|')}|`, ...rows.map((cells) => row(...cells))].join('\n')

/** What a setting may be, in words; a limit that is far above any use is left to the error that names it. */
function values(field: Described): string {
  const shown = field.anyOf === undefined ? field : { ...field, anyOf: field.anyOf.map(withoutLimit) }
  return valuesText(withoutLimit(shown), code)
    .replaceAll(/\b(an?|one of) | that is not empty/g, '')
    .replaceAll(/(?<!`)\b(null|true|false)\b(?!`)/g, '`$1`')
}

const withoutLimit = ({ maximum, ...rest }: Described): Described =>
  maximum === undefined || maximum === MOST_COUNT || maximum === MOST_MS ? rest : { ...rest, maximum }

/** A value as one would write it in YAML. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential()
  return typeof value === 'string' && !/^[\w.+ -]+$/.test(value) ? JSON.stringify(value) : String(value)
}

function groupSection(group: keyof Config, fields: Readonly<Record<string, Described>>): string {
  const heading = `## ${group}\n\n${stages[group]}`
  if (group === 'guard') return `${heading}\n\n${guardText(fields)}`
  const rows = Object.entries(fields).map(([key, field]) => [
    code(`${group}.${key}`),
    values(field).replace('text', isPath(`${group}.${key}`) ? 'path' : 'text'),
    code(shown(field.default)),
    field.description ?? '',
  ])
  const parts = Object.entries(fields).map(([key, { items }]) => partsText(`${group}.${key}`, items?.properties))
  return [heading, table(['setting', 'values', 'default', 'what it does'], rows), ...parts].filter(Boolean).join('\n\n')
}

/** The parts of what a list holds; empty where it holds texts. */
function partsText(key: string, properties: Described['properties']): string {
  if (properties === undefined) return ''
  const parts = Object.entries(properties).map(([name, part]) => {
    const preset = part.default === undefined ? '' : `, default ${code(shown(part.default))}`
    return `- ${code(name)}: ${values(part)}${preset}; ${part.description}`
  })
  return [`Each entry of ${code(key)} has`, '', ...parts].join('\n')
}

function guardText(guards: Readonly<Record<string, Described>>): string {
  const rows = Object.entries(guards).map(([key, { properties, description }]) => [
    code(`guard.${key}`),
    code(shown(properties!.below!.default)),
    code(shown(properties!.above!.default)),
    (description ?? '').replace(/^guard on /, ''),
  ])
  const parts = Object.entries(Object.values(guards)[0]!.properties!)
  return [
    "A guard is set as a whole, for instance `--set 'guard.kl={above: 0.5, steps: 3, action: stop}'`; a part that is left",
    `out has its default. Actions: ${guardActions.map(code).join(', ')}. [method.md](method.md#9-guards) says what each guard shows.`,
    '',
    ...parts.map(
      ([name, part]) =>
        `- ${code(name)}: ${values(part)}${name === 'steps' || name === 'action' ? `, default ${code(shown(part.default))}` : ''}; ${part.description}`,
    ),
    '',
    table(['guard', '`below`, default', '`above`, default', 'watches'], rows),
  ].join('\n')
}

async function presetSection(): Promise<string> {
  const names = presetNames()
  const layers = new Map<string, Map<string, unknown>>()
  for (const name of names) {
    for (const { key, value } of await readLayers(name)) {
      layers.set(key, (layers.get(key) ?? new Map()).set(name, value))
    }
  }
  const inOrder = Object.entries(configSchema.shape).flatMap(([group, schema]) =>
    Object.keys(schema.unwrap().shape).map((key) => `${group}.${key}`),
  )
  const rows = inOrder
    .filter((key) => layers.has(key))
    .map((key) => [
      code(key),
      ...names.map((name) => {
        const value = layers.get(key)!.get(name)
        return value === undefined ? '' : code(isPath(key) ? pathName(value) : shown(value))
      }),
    ])
  return `## What the presets set\n\nAn empty cell is the default.\n\n${table(['setting', ...names.map(code)], rows)}`
}

const isPath = (key: string): boolean => pathKeys.some((path) => path === key)

/** A preset's path, without where the program lies. */
const pathName = (path: unknown): string => String(path).replace(/^.*\/(?=seeds\/)/, '')

const introduction = `<!-- Made by scripts/docs/make-settings.ts from src/config. Change the schema, then: npm run docs -->

# Settings

Every setting of a training run, by the stage that it governs. \`npx serl train --dry-run\` prints those of a run with the
same lines of documentation, and \`config.yaml\` in the run folder records them. A setting is given in a YAML file

\`\`\`yaml
preset: cpu-100m # optional: what to start from
rollout:
  temperature: 0.9
\`\`\`

or on the command line: \`npx serl train cpu-100m --set rollout.temperature=0.9\`. Later ones win: preset, file, \`--set\`, flags
of their own such as \`--steps\`. A setting that does not exist is refused, and so are settings that contradict each other.
[method.md](method.md) explains what each stage computes.`

/** The whole page. */
export async function settingsPage(): Promise<string> {
  const groups = Object.keys(configSchema.shape) as (keyof Config)[]
  const contents = groups.map((group) => `[${group}](#${group})`).join(', ')
  const sections = groups.map((group) => groupSection(group, describedGroups[group]!.properties!))
  return `${[introduction, `Groups: ${contents}.`, ...sections, await presetSection()].join('\n\n')}\n`
}
