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
 * Matched arms: the run as configured, and one that differs in reward.kind alone for each control, all with the same run
 * seeds.
 * @throws UserError where there is nothing to compare on, or a control cannot be trained with these settings
 */
export function planControls(config: Config, { controls, seeds }: ControlsAsked): ControlsPlan {
  requireHeldOut(config)
  const { kind } = config.reward
  if (controls.some((control) => control === kind))
    throw new UserError(`--controls ${kind}: it is the reward of the run itself (reward.kind = ${kind}): omit it`)
  const own: Arm = { name: ownName(kind), kind }
  const arms = controls.map((control) => ({ name: control, kind: control }))
  const configs = new Map([own, ...arms].map((arm) => [arm.name, arm === own ? config : controlConfig(config, arm)]))
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

function controlConfig(config: Config, { kind }: Arm): Config {
  const { instruct, rollout } = config
  if (kind === 'rule' && instruct.source === 'self' && rollout.seedShare < 1) {
    throw new UserError(
      `--controls rule rewards by known answers, and with instruct.source = self and rollout.seedShare = ` +
        `${rollout.seedShare} the model writes questions that have none: train all arms on the seed questions with ` +
        '--set instruct.source=given (or rollout.seedShare=1), or omit rule',
    )
  }
  const control = { ...config, reward: { ...config.reward, kind, scorer: null } }
  try {
    checkTogether(control)
  } catch (cause) {
    throw cause instanceof UserError ? new UserError(`--controls ${kind}: ${cause.message}`, { cause }) : cause
  }
  return control
}

const withSeed = (config: Config, seed: number): Config => ({ ...config, train: { ...config.train, seed } })
