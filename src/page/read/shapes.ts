// What the page is told of a run: plain data, the same from the server and in a report. It imports nothing, so that the
// browser's code can import it.

export interface RunSummary {
  readonly run: number // how queries name it
  readonly name: string
  readonly state: 'waiting' | 'going on' | 'ended' | 'ended early' | 'interrupted'
  readonly why: string | null // it ended early
  readonly steps: number // the last one
  readonly planned: number | null // train.steps of all iterations
  readonly generation: number
  readonly preset: string | null
  readonly reward: string | null
  readonly estimator: string | null
  readonly seed: number | null
  readonly modelOfStep: number | null // in final/
  readonly accuracy: { readonly first: number; readonly last: number; readonly best: number } | null // held out, greedy
  readonly keys: readonly string[] // metrics that were measured
  readonly has: { readonly proposals: boolean; readonly rollouts: boolean; readonly trace: boolean }
}

export interface Curves {
  readonly generation: number
  readonly steps: readonly number[]
  readonly values: Readonly<Record<string, readonly (number | null)[]>> // by key, [steps]
  readonly thinned: boolean // there are more steps than these
}

export interface GuardRow {
  readonly name: string
  readonly key: string // in metrics.jsonl
  readonly what: string
  readonly below: number | null
  readonly above: number | null
  readonly steps: number
  readonly action: string
  readonly latest: number | null
  readonly latestStep: number | null
  readonly streak: number // measurements in a row out of range
  readonly trips: readonly number[] // the first steps of each time that it acted; at most 20
}

export interface SettingRow {
  readonly key: string
  readonly what: string
  readonly values: readonly (string | null)[] // of each run asked for; null: it has none
  readonly differs: boolean
}

export interface ProposalRow {
  readonly line: number
  readonly step: number
  readonly id: string
  readonly text: string
  readonly verdict: string // 'accepted', or the reason
  readonly rougeL: number | null
  readonly nearest: string | null
  readonly examples: readonly string[] | null // null: not recorded
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly next: number | null // where to go on; null: at the end
  readonly total: number // lines in all
}

/** A question, and the examples that stood in its prompt. */
export interface Ancestor {
  readonly id: string
  readonly text: string | null // null: not found
  readonly from: 'seed' | 'model'
  readonly examples: readonly Ancestor[]
  readonly cut: boolean // it has more
}

export interface Proposal extends ProposalRow {
  readonly ancestry: readonly Ancestor[]
  readonly answered: readonly Place[]
}

/** A line of rollouts/. */
export interface Place {
  readonly step: number
  readonly line: number
}

export interface GroupRow extends Place {
  readonly id: string
  readonly text: string
  readonly source: string
  readonly verdict: string
  readonly majority: string | null
  readonly majorityShare: number
  readonly votes: readonly [top: number, runnerUp: number] | null // null: not recorded
  readonly margin: number | null
  readonly classes: number
  readonly rewardMean: number
  readonly responses: number
}

export interface AnswerRow {
  readonly text: string
  readonly isCut: boolean // the text is longer
  readonly answer: string | null
  readonly reward: number
  readonly newTokens: number
  readonly finishReason: string
  readonly tokens: readonly string[] | null // null: not trained on, or not recorded
  readonly advantages: readonly (number | null)[] | null // [tokens]; null in it: masked
}

export interface GroupDetail extends GroupRow {
  readonly answers: readonly AnswerRow[]
  readonly trainedAt: number | null // step; null: not trained on, or not recorded
  readonly recorded: boolean // whether the run recorded what it trained on
  readonly tally: readonly { readonly answer: string | null; readonly votes: number }[]
  readonly frozen: { readonly majority: string | null; readonly votes: readonly number[] } | null
}

export interface StepRow {
  readonly step: number
  readonly groups: number | null // questions answered
}

export interface TraceView {
  readonly totals: readonly { readonly name: string; readonly count: number; readonly seconds: number }[]
  readonly stages: readonly {
    readonly name: string
    readonly from: number
    readonly seconds: number
    readonly depth: number
  }[]
  readonly isWhole: boolean // false: the run still writes it, or it has more events than are shown
}

/** Every query of the page, and what it is answered with. */
export interface Answers {
  runs: readonly RunSummary[]
  curves: Curves
  guards: readonly GuardRow[]
  settings: readonly SettingRow[]
  proposals: Page<ProposalRow>
  proposal: Proposal
  steps: readonly StepRow[]
  groups: Page<GroupRow>
  group: GroupDetail
  trace: TraceView | null
}

export type QueryName = keyof Answers
