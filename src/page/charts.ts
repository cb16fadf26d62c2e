// The curves that the page and a report show. Imports nothing: the browser has it too.

export interface ChartSpec {
  readonly title: string
  readonly key: string // of metrics.jsonl
  readonly share?: boolean // between 0 and 1
}

/** What tells at a glance whether a run learns, and whether it is still healthy. */
export const mainCharts: readonly ChartSpec[] = [
  { title: 'Held-out accuracy', key: 'eval.accuracy', share: true },
  { title: 'Mean reward', key: 'reward.mean', share: true },
  { title: 'Share of the majority', key: 'vote.majorityShare', share: true },
  { title: 'Drift of the panel', key: 'panel.drift', share: true },
  { title: 'KL from the reference, nats per token', key: 'kl.mean' },
  { title: 'Entropy, nats per token', key: 'entropy.mean' },
]

export const moreCharts: readonly ChartSpec[] = [
  { title: 'Agreement of the panel', key: 'panel.agreement', share: true },
  { title: 'Panel: agreement that another wording lacks', key: 'panel.split' },
  { title: 'Panel: fall of agreement from its highest', key: 'panel.decline' },
  { title: 'Panel: majorities changed since the last reading', key: 'panel.flipRate', share: true },
  { title: 'Panel: length against the first reading', key: 'panel.lengthRatio' },
  { title: 'Panel: entropy against the first reading', key: 'panel.entropyRatio' },
  { title: 'Different answers per question', key: 'vote.classes' },
  { title: 'Mean margin of the vote', key: 'vote.margin' },
  { title: 'Right majorities, of known answers', key: 'vote.accuracy', share: true },
  { title: 'Response length, tokens', key: 'responses.lengthMean' },
  { title: 'Responses that end by themselves', key: 'responses.eosRate', share: true },
  { title: 'Responses cut off', key: 'responses.unfinished', share: true },
  { title: 'Questions kept', key: 'groups.kept' },
  { title: 'Distinct word pairs of the proposals', key: 'instructions.distinct2', share: true },
  { title: 'Loss', key: 'loss' },
  { title: 'Norm of the gradient', key: 'gradNorm' },
  { title: 'Clipped tokens', key: 'clipFraction', share: true },
  { title: 'Largest ratio', key: 'ratio.max' },
  { title: 'Learning rate', key: 'learningRate' },
  { title: 'Seconds per step', key: 'seconds.total' },
  { title: 'Tokens generated per step', key: 'tokens.generated' },
]

/** The charts that have anything to show, then every other metric by its key. */
export function chartsFor(keys: ReadonlySet<string>): { readonly main: ChartSpec[]; readonly more: ChartSpec[] } {
  const named = [...mainCharts, ...moreCharts]
  const others = [...keys].filter((key) => !named.some((chart) => chart.key === key) && key !== 'iteration')
  const has = ({ key }: ChartSpec): boolean => keys.has(key)
  return {
    main: mainCharts.filter(has),
    more: [...moreCharts.filter(has), ...others.map((key) => ({ title: key, key }))],
  }
}
