// Every command, flag and setting that a page names must exist. Nothing is run here; what the pages show is run elsewhere:
//   npm ci, npm run build:native, npm run test:all   .ci/run
//   serl train and its resuming, serl generate ...   test/native/commands.test.ts, test/unit/commands/train
//   serl questions                                  test/unit/commands/questions
//   serl eval, serl compare                          test/native/evaluation.test.ts, test/unit/commands/eval
//   serl lineage                                     test/unit/commands/lineage
//   serl dashboard, serl report, --dashboard        test/unit/commands/dashboard, report; test/browser
//   serl contamination                               test/native/contamination.test.ts
//   the scoring module of method.md                  test/unit/reward/documented.test.ts
//   the modules of modules.md                        modules.test.ts
//   the walks of architecture.md                     patches.test.ts
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { chatLine } from '../../../src/commands/chat/flags.ts'
import { addCommand } from '../../../src/commands/command-line/command-line.ts'
import { compareLine } from '../../../src/commands/compare/flags.ts'
import { contaminationLine } from '../../../src/commands/contamination/flags.ts'
import { dashboardLine } from '../../../src/commands/dashboard/flags.ts'
import { doctorLine } from '../../../src/commands/doctor/flags.ts'
import { evalLine } from '../../../src/commands/eval/flags.ts'
import { filterLine } from '../../../src/commands/filter/flags.ts'
import { forecastLine } from '../../../src/commands/forecast/flags.ts'
import { generateLine } from '../../../src/commands/generate/flags.ts'
import { gradeLine } from '../../../src/commands/grade/flags.ts'
import { initLine } from '../../../src/commands/init/flags.ts'
import { instructLine } from '../../../src/commands/instruct/flags.ts'
import { lineageLine } from '../../../src/commands/lineage/flags.ts'
import { questionsLine } from '../../../src/commands/questions/flags.ts'
import { reportLine } from '../../../src/commands/report/flags.ts'
import { runsLine } from '../../../src/commands/runs/flags.ts'
import { scoreLine } from '../../../src/commands/score/flags.ts'
import { sftLine } from '../../../src/commands/sft/flags.ts'
import { stopLine } from '../../../src/commands/stop/flags.ts'
import { trainLine } from '../../../src/commands/train/flags.ts'
import { groups, settings } from '../../../src/config/keys.ts'
import { parseOverride, presetNames, readLayers } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { stepMetrics } from '../../../src/log/metrics.ts'
import { fences, inlineCode, type Page, pages, root, shellWords } from '../../support/pages.ts'

interface Parsed {
  readonly flags: { readonly set?: readonly string[] }
  readonly operands: readonly string[]
}

/** The command line with every command, none of which does anything. */
function commandLine(parsed: (found: Parsed) => void): Command {
  const program = new Command('serl')
    .exitOverride()
    .version('0')
    .configureOutput({ writeErr() {}, writeOut() {} })
  const run = async (flags: object, operands: readonly string[]) => parsed({ flags, operands })
  addCommand(program, trainLine, run)
  addCommand(program, initLine, run)
  addCommand(program, forecastLine, run)
  addCommand(program, runsLine, run)
  addCommand(program, stopLine, run)
  addCommand(program, generateLine, run)
  addCommand(program, chatLine, run)
  addCommand(program, scoreLine, run)
  addCommand(program, sftLine, run)
  addCommand(program, instructLine, run)
  addCommand(program, questionsLine, run)
  addCommand(program, evalLine, run)
  addCommand(program, compareLine, run)
  addCommand(program, lineageLine, run)
  addCommand(program, dashboardLine, run)
  addCommand(program, reportLine, run)
  addCommand(program, contaminationLine, run)
  addCommand(program, gradeLine, run)
  addCommand(program, filterLine, run)
  addCommand(program, doctorLine, run)
  return program
}

const incomplete = ['commander.missingMandatoryOptionValue', 'commander.missingArgument', 'commander.help']
const isShown = (code: string): boolean => code === 'commander.helpDisplayed' || code === 'commander.version'

/**
 * Parses a command line; its settings must be valid together with its preset.
 * @param whole the complete line, not only its beginning
 */
async function check(words: readonly string[], whole: boolean): Promise<void> {
  let found: Parsed | null = null
  const program = commandLine((parsed) => {
    found = parsed
  })
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (isShown(error.code) || (!whole && incomplete.includes(error.code))) return
    throw error
  }
  const { flags, operands } = found! as Parsed
  const given = (flags.set ?? []).filter((text) => !/^group\.key=/i.test(text))
  const preset = words[0] === 'train' ? (operands[0] ?? 'demo') : null
  const base = preset !== null && presetNames().includes(preset) ? await readLayers(preset) : []
  // a resumed run brings its own settings: each by itself must exist and have a value that is allowed
  resolveConfig([...base, ...given.map(parseOverride)])
}

interface Found {
  readonly text: string
  readonly whole: boolean
}

const ours = /(?:^|&& |\s)(?:npx )?(serl-train|serl) ([^|&]*)$/

/** Lines of shell blocks; what programs print, from "npx serl" on; code in the text that begins with a command. */
function commands({ text }: Page): Found[] {
  const blocks = fences(text).flatMap(({ language, text: body }) => {
    const lines = body.replace(/\\\n\s*/g, '').split('\n')
    if (language === 'sh') return lines.map((line) => ({ text: line, whole: true }))
    return lines
      .flatMap((line) => line.match(/(npx serl|npm run) .*$/)?.[0] ?? [])
      .map((line) => ({ text: line, whole: false }))
  })
  const code = inlineCode(text).filter((span) => /^(npx serl|serl|serl-train|npm run|npm) /.test(span))
  return [...blocks, ...code.map((span) => ({ text: span, whole: false }))]
}

const placeholder = /\bCOMMAND\b|\.\.\./
const scripts = Object.keys(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).scripts)

describe.each(pages().map((page) => [page.path, page] as const))('%s', (path, page) => {
  it('has commands that exist, with flags and settings that exist', async () => {
    for (const { text, whole } of commands(page)) {
      for (const [, script] of text.matchAll(/npm run (?:-s )?([\w:-]+)/g)) expect(scripts, text).toContain(script)
      const match = ours.exec(text)
      if (match === null || placeholder.test(text)) continue
      const words = shellWords(match[2]!)
      const line = match[1] === 'serl-train' ? ['train', ...words] : words
      await expect(check(line, whole), `${path}: ${text}`).resolves.toBeUndefined()
    }
  })

  it('has settings and metrics that exist', () => {
    const metrics = Object.keys(stepMetrics({ step: 0 }))
    for (const span of inlineCode(page.text)) {
      for (const [key, group] of span.matchAll(/(?<![\w./-])([a-z]+)\.[a-zA-Z][\w]*(?![\w/-])/g)) {
        if (!groups.includes(group!) || /\.(json|jsonl|ts|py|md|yaml|cpp|h)$/.test(key)) continue
        expect([...settings.keys(), ...metrics, 'group.key'], `${path}: ${span}`).toContain(key)
      }
    }
  })
})

it('the pages have commands of each kind', () => {
  const all = pages().flatMap(commands)
  expect(all.filter(({ whole }) => whole).length).toBeGreaterThan(15)
  expect(all.filter(({ text }) => text.includes('--set')).length).toBeGreaterThan(3)
})

it('unknown names are detected', async () => {
  await expect(check(['train', 'demo', '--dryrun'], true)).rejects.toThrow(/--dryrun/)
  await expect(check(['train', '--set', 'kl.coeff=1'], true)).rejects.toThrow(/kl\.coeff/)
  await expect(check(['train', '--set', 'kl.coef=-1'], true)).rejects.toThrow(/kl\.coef/)
  await expect(check(['trian'], false)).rejects.toThrow(/trian/)
  await expect(check(['eval', '--data', 'x'], true)).rejects.toThrow(/--model/)
})
