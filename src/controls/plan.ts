import { configChanges } from '../config/changes.ts'
import { checkTogether } from '../config/check.ts'
import { evaluates } from '../config/evaluation-rules.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import type { ControlKind } from './kinds.ts'

type RewardKind = Config['reward']['kind']

/** Runs that differ in nothing but their run seeds. */
export interface Arm<Kind extends RewardKind = RewardKind> {
  readonly name: string // also of its folder
  readonly kind: Kind
  /** Settings besides reward.kind that its reward cannot share with the own arm: 'reward.weight = "none" (was "margin")'. */
  readonly changes: readonly string[]
}

export interface PlannedRun {
  readonly arm: string
  readonly seed: number // train.seed
  readonly folder: string // below that of the controls: vote/seed-0
  readonly config: Config
}

/** Which runs are compared. */
export interface ControlsPlan {
  readonly own: Arm // the run as configured
  readonly controls: readonly Arm<ControlKind>[]
  readonly seeds: readonly number[]
  readonly runs: readonly PlannedRun[] // seed by seed, the own arm first
}

/** What decides a plan. */
export interface ControlsAsked {
  readonly controls: readonly ControlKind[]
  readonly seeds: readonly number[] // of the runs of each arm
}

/** The name of the arm with the run's own reward. */
const ownName = (kind: RewardKind): string => (kind === 'majority' ? 'vote' : kind)

/**
 * Matched arms: the run as configured, and for each control one that differs in reward.kind, and in what only the own reward can
 * have, all with the same run seeds.
 * @throws UserError where there is nothing to compare on, or a control cannot be trained with these settings
 */
export function planControls(config: Config, { controls, seeds }: ControlsAsked): ControlsPlan {
  requireHeldOut(config)
  const { kind } = config.reward
  if (controls.some((control) => control === kind))
    throw new UserError(`--controls ${kind}: it is the reward of the run itself (reward.kind = ${kind}): omit it`)
  const own: Arm = { name: ownName(kind), kind, changes: [] }
  const configs = new Map([[own.name, config]])
  const arms = controls.map((control) => {
    const changed = controlConfig(config, control)
    configs.set(control, changed)
    return { name: control, kind: control, changes: otherChanges(config, changed) }
  })
  const runs = seeds.flatMap((seed) =>
    [own, ...arms].map(({ name }) => ({
      arm: name,
      seed,
      folder: `${name}/seed-${seed}`,
      config: withSeed(configs.get(name)!, seed),
    })),
  )
  return { own, controls: arms, seeds, runs }
}

function requireHeldOut(config: Config): void {
  if (evaluates(config)) return
  throw new UserError(
    '--controls compares accuracies on held-out questions with answers, and there are none: give some with ' +
      '--set eval.path=HELDOUT.jsonl, or hold out seed questions that have answers with --set eval.holdOut=100',
  )
}

function controlConfig(config: Config, kind: ControlKind): Config {
  const { instruct, rollout } = config
  if (kind === 'rule' && instruct.source === 'self' && rollout.seedShare < 1) {
    throw new UserError(
      `--controls rule rewards by known answers, and with instruct.source = self and rollout.seedShare = ` +
        `${rollout.seedShare} the model writes questions that have none: train all arms on the seed questions with ` +
        '--set instruct.source=given (or rollout.seedShare=1), or omit rule',
    )
  }
  const control = { ...config, reward: controlReward(config.reward, kind) }
  try {
    checkTogether(control)
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause
    throw new UserError(
      `--controls ${kind}: ${cause.message}. That is about the arm ${kind}, which has the settings of the run: change them for ` +
        `all arms, or omit ${kind}`,
      { cause },
    )
  }
  return control
}

/**
 * The run's reward of another kind, without what is about a majority of the policy that decides rewards. Everything that is
 * sampled, asked and trained on otherwise is as in the run.
 */
const controlReward = (reward: Config['reward'], kind: ControlKind): Config['reward'] => ({
  ...reward,
  kind,
  scorer: null,
  weight: 'none',
  extraVotes: 0,
  choose: reward.votes === null ? 'random' : reward.choose, // nothing is left to choose from
})

const ofTheKind = ['reward.kind = ', 'reward.scorer = ']

const otherChanges = (own: Config, control: Config): string[] =>
  configChanges(own, control).filter((change) => !ofTheKind.some((setting) => change.startsWith(setting)))

const withSeed = (config: Config, seed: number): Config => ({ ...config, train: { ...config.train, seed } })
