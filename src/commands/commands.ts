// Every command: its flags and its implementation. A command is loaded only when it is called: `serl --help` must not
// wait for anything.
import type { Command } from 'commander'
import { chatLine } from './chat/flags.ts'
import { addCommand, type CommandLine } from './command-line/command-line.ts'
import { compareLine } from './compare/flags.ts'
import { contaminationLine } from './contamination/flags.ts'
import { dashboardLine } from './dashboard/flags.ts'
import { doctorLine } from './doctor/flags.ts'
import { evalLine } from './eval/flags.ts'
import { filterLine } from './filter/flags.ts'
import { forecastLine } from './forecast/flags.ts'
import { generateLine } from './generate/flags.ts'
import { gradeLine } from './grade/flags.ts'
import { initLine } from './init/flags.ts'
import { instructLine } from './instruct/flags.ts'
import { lineageLine } from './lineage/flags.ts'
import { questionsLine } from './questions/flags.ts'
import { reportLine } from './report/flags.ts'
import { runsLine } from './runs/flags.ts'
import { scoreLine } from './score/flags.ts'
import { sftLine } from './sft/flags.ts'
import { stopLine } from './stop/flags.ts'
import { trainLine } from './train/flags.ts'

/**
 * Adds every command, in the order of the help.
 * @param done receives the exit code: 0 done, 130 stopped by Ctrl-C
 */
export function addCommands(program: Command, done: (code: number) => void): void {
  const add = <Flags>(
    line: CommandLine<Flags>,
    run: (flags: NoInfer<Flags>, operands: readonly string[]) => Promise<number>,
  ): void => addCommand(program, line, async (...given) => done(await run(...given)))

  add(trainLine, async (flags, [config]) => (await import('./train/train.ts')).trainCommand(config, flags))
  add(initLine, async (flags) => (await import('./init/init.ts')).initCommand(flags))
  add(forecastLine, async (flags, [config]) => (await import('./forecast/forecast.ts')).forecastCommand(config, flags))
  add(runsLine, async (flags, [folder]) => (await import('./runs/runs.ts')).runsCommand(folder, flags))
  add(stopLine, async (flags, [run]) => (await import('./stop/stop.ts')).stopCommand(run!, flags))
  add(generateLine, async (flags) => (await import('./generate/generate.ts')).generateCommand(flags))
  add(chatLine, async (flags) => (await import('./chat/chat.ts')).chatCommand(flags))
  add(scoreLine, async (flags) => (await import('./score/score.ts')).scoreCommand(flags))
  add(sftLine, async (flags) => (await import('./sft/sft.ts')).sftCommand(flags))
  add(instructLine, async (flags) => (await import('./instruct/instruct.ts')).instructCommand(flags))
  add(questionsLine, async (flags, families) =>
    (await import('./questions/questions.ts')).questionsCommand(families, flags),
  )
  add(evalLine, async (flags) => (await import('./eval/eval.ts')).evalCommand(flags))
  add(compareLine, async (flags, paths) => (await import('./compare/compare.ts')).compareCommand(paths, flags))
  add(dashboardLine, async (flags, paths) => (await import('./dashboard/dashboard.ts')).dashboardCommand(paths, flags))
  add(reportLine, async (flags, paths) => (await import('./report/report.ts')).reportCommand(paths, flags))
  add(lineageLine, async (flags, [run]) => (await import('./lineage/lineage.ts')).lineageCommand(run!, flags))
  add(contaminationLine, async (flags) =>
    (await import('./contamination/contamination.ts')).contaminationCommand(flags),
  )
  add(gradeLine, async (flags) => (await import('./grade/grade.ts')).gradeCommand(flags))
  add(filterLine, async (flags) => (await import('./filter/filter.ts')).filterCommand(flags))
  add(doctorLine, async (flags) => (await import('./doctor/doctor.ts')).doctorCommand(flags))
}
