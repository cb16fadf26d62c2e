import { points, range, table } from '../eval/markdown.ts'
import { t95 } from '../eval/statistics/student-t.ts'
import { counted } from '../log/counted.ts'
import type { SelectedBy } from '../run/outcome-file.ts'
import type { SavedControls } from './controls-file.ts'
import type { ArmAccuracy, Compared, ControlDifference } from './difference.ts'
import type { FinishedRun } from './finished-run.ts'

// run seeds below which the width of the interval is worth a sentence: t is above 1.2 times its limit
const fewSeeds = 10

const signed = (share: number): string => `${share > 0 ? '+' : ''}${points(share)}`

/** The result as tables, and sentences on what it says and does not say. */
export function controlsMarkdown({ seeds, heldOut, runs, result }: SavedControls & { result: Compared }): string {
  const { arms, differences, questions } = result
  const own = arms[0]!
  const on =
    questions === 'all'
      ? `${heldOut} held-out questions`
      : `the half of ${heldOut} held-out questions that chose no model`
  const heads = seeds.map((seed) => `seed ${seed}`)
  const accuracies = table(
    ['arm', 'reward.kind', 'before', ...heads, 'mean after'],
    arms.map(({ arm, reward, before, after, runs }) => [
      ...[arm, reward, points(before)],
      ...runs.map((run) => points(run.after)),
      points(after),
    ]),
  )
  const compared = table(
    [`${own.arm} minus`, ...heads, 'mean', '95 % interval'],
    differences.map(({ control, runs, mean, interval }) => [
      control,
      ...runs.map(({ difference }) => signed(difference)),
      signed(mean),
      interval === null ? 'none' : range(interval),
    ]),
  )
  const notes = [
    ...differences.map((difference) => verdictText(own.arm, difference)),
    ...spreadNotes(seeds.length, differences),
    ...selectionNotes(runs),
    ...settingNotes(own.arm, arms),
    ...startNotes(runs),
    ...endingNotes(runs),
  ]
  return [
    `# ${own.arm} against ${differences.map(({ control }) => control).join(', ')}`,
    `Greedy accuracy on ${on}, in per cent: before training, and after it for each run seed.`,
    accuracies,
    'Differences after training, paired by run seed, in points:',
    compared,
    `${notes.map((note) => `- ${note}`).join('\n')}\n`,
  ].join('\n\n')
}

function verdictText(own: string, { control, mean, interval, verdict, runs }: ControlDifference): string {
  const side = mean < 0 ? 'below' : 'above'
  if (interval === null) {
    return (
      `${own} ended ${points(Math.abs(mean))} points ${side} ${control} in the one run of each. One run seed says nothing about the ` +
      'spread between runs, and so nothing about whether another seed would show the same.'
    )
  }
  const found = `a mean difference of ${signed(mean)} points (95 % interval ${range(interval)})`
  if (verdict !== 'cannot tell') return `${own} ends ${verdict} ${control}: ${found}.`
  const equal = new Set(runs.map(({ difference }) => signed(difference))).size === 1
  const why =
    equal && interval[1] - interval[0] < 1e-6 ? ' All differences are equal, which shows no spread at all.' : ''
  return `Cannot tell whether ${own} ends above or below ${control}: ${found}.${why}`
}

function spreadNotes(seeds: number, differences: readonly ControlDifference[]): string[] {
  if (seeds < 2) return []
  const t = t95(seeds - 1).toFixed(2)
  const wide =
    seeds < fewSeeds
      ? [`An interval over ${seeds} run seeds is wide: ${t} standard errors to either side, with many seeds 1.96.`]
      : []
  const apart =
    differences.length > 1 ? ['Each interval is 95 % by itself, not corrected for the number of controls.'] : []
  return [...wide, ...apart]
}

const nameOf = ({ arm, seed }: FinishedRun): string => `${arm}, seed ${seed}`

function selectionNotes(runs: readonly FinishedRun[]): string[] {
  const selected = runs.filter((run) => run.selected)
  if (selected.length === 0) return []
  const by = (what: SelectedBy) => selected.filter(({ selectedBy }) => selectedBy.includes(what))
  const said = [
    selectionText('checkpoint.final = best chose the model', by('checkpoint.final')),
    selectionText('a guard chose the model, or when to stop,', by('guard')),
    selectionText(
      'checkpoint.final = best or a guard chose the model, or when to stop,',
      selected.filter(({ selectedBy }) => selectedBy.length === 0),
    ),
  ]
  const chosen = said.filter((text) => text !== null).join('; ')
  return [`By one half of the held-out questions ${chosen}: all runs are judged on the other half.`]
}

const selectionText = (what: string, runs: readonly FinishedRun[]): string | null =>
  runs.length === 0 ? null : `${what} in ${counted(runs.length, 'run')} (${runs.map(nameOf).join('; ')})`

/** What more than its reward a control could not share. */
const settingNotes = (own: string, arms: readonly ArmAccuracy[]): string[] =>
  arms.flatMap(({ arm, changes }) =>
    changes.length === 0
      ? []
      : [
          `In ${arm} no vote of the policy decides rewards, so that it cannot have all settings of ${own}: ${changes.join(', ')}. The ` +
            'difference is that of the reward together with these.',
        ],
  )

/** All arms start from one model; else something changed between their runs. */
function startNotes(runs: readonly FinishedRun[]): string[] {
  const starts = new Map<number, Set<number>>()
  for (const { seed, before } of runs) starts.set(seed, (starts.get(seed) ?? new Set()).add(before.accuracy))
  const differing = [...starts].filter(([, accuracies]) => accuracies.size > 1).map(([seed]) => seed)
  if (differing.length === 0) return []
  return [
    `Warning: before training the arms have different accuracies (seed ${differing.join(', ')}): the model, the held-out ` +
      'questions or the device have changed between the runs, which are therefore not matched.',
  ]
}

const endingNotes = (runs: readonly FinishedRun[]): string[] =>
  runs.flatMap((run) =>
    run.stopped === null
      ? []
      : [
          `${nameOf(run)}: ended early, after step ${run.step} (${run.stopped}); it counts with the model that it kept, of step ` +
            `${run.modelOfStep}.`,
        ],
  )
