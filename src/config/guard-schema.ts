import { z } from 'zod'

/** What a guard does once its measure has been out of range for `steps` steps in a row; from mild to severe. */
export const guardActions = ['log', 'stop', 'rollback'] as const

type Action = (typeof guardActions)[number]

/** One guard: {below, above, steps, action}; omitted fields take their defaults. */
const bounds = (below: number | null, above: number | null, action: Action = 'log', steps = 2) =>
  z
    .strictObject({
      below: z
        .number()
        .nullable()
        .default(below)
        .describe('value of the measure below which a guard is out of range; null = no lower limit'),
      above: z
        .number()
        .nullable()
        .default(above)
        .describe('value of the measure above which a guard is out of range; null = no upper limit'),
      steps: z.int().min(1).default(steps).describe('training steps in a row out of range after which a guard acts'),
      action: z
        .enum(guardActions)
        .default(action)
        .describe(
          'what a guard does when it acts: log = print a note; stop = end the run; rollback = end the run with its best model',
        ),
    })
    .prefault({})

/**
 * The guards of label-free training. By default two act. panelDrift noticed every collapse of bench/learning.ts at its
 * onset, at the price of one false alarm in the 15 other runs; its threshold was chosen on these same runs, where a signal
 * counted from its second measurement on, and the guard acts at the first. accuracyDrop is a test. The others log; their
 * thresholds are values at which runs had collapsed.
 */
export const guardSchema = z.strictObject({
  majorityShare: bounds(null, 0.98).describe(
    'guard on the mean share of the winning answer among the responses to a question: 1 = a vote teaches nothing more',
  ),
  answerClasses: bounds(1.05, null).describe('guard on the mean number of different answers per question'),
  flipRate: bounds(null, null).describe('guard on the share of repeated questions whose majority answer has changed'),
  entropy: bounds(0.02, null).describe('guard on the mean entropy of the policy, in nats per token'),
  length: bounds(0.3, 3).describe(
    'guard on the mean response length, as a multiple of the mean length in the first step that answered questions',
  ),
  eosRate: bounds(0.5, null).describe('guard on the share of responses that end by themselves'),
  answerless: bounds(null, 0.5).describe('guard on the share of responses without an answer'),
  sameAnswer: bounds(null, 0.6).describe(
    'guard on the share of questions whose majority answer is the most common one: answers that ignore the question',
  ),
  distinct2: bounds(0.1, null).describe(
    'guard on the distinct word pairs of the proposed questions, as a share of all their word pairs',
  ),
  panelSplit: bounds(null, 0.2).describe(
    'guard on the rise of agreement on the panel since the start of the run that a second wording of its questions does not share',
  ),
  panelLength: bounds(0.4, 3).describe(
    'guard on the mean response length on the panel, as a multiple of that at the start of the run',
  ),
  panelEntropy: bounds(0.15, null).describe(
    'guard on the entropy of responses on the panel, as a share of that at the start of the run',
  ),
  panelDecline: bounds(null, 0.1).describe(
    'guard on the fall of agreement on the panel from its highest so far: votes reward agreement, and updates that do damage lower it',
  ),
  panelDrift: bounds(null, 0.3, 'rollback', 1).describe(
    'guard on the share of panel questions whose majority answer is another than that of the base model, of those where it led by half of the responses',
  ),
  accuracyDrop: bounds(null, 0, 'rollback').describe(
    'guard on the best held-out accuracy so far minus the latest, as a share (1 = all right), where it is more than chance: 0 unless a paired test on the same questions proves the drop',
  ),
  kl: bounds(null, 0.3).describe('guard on the mean KL divergence from the reference, in nats per token'),
})

export type GuardName = keyof z.output<typeof guardSchema>
export type GuardBounds = z.output<typeof guardSchema>[GuardName]
