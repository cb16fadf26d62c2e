import { evaluates } from './evaluation-rules.ts'
import { type GuardBounds, type GuardName, guardSchema } from './guard-schema.ts'
import { fewestPanelQuestions } from './panel-schema.ts'
import type { Rule } from './rule.ts'
import type { Config } from './schema.ts'

const guardDefaults = guardSchema.parse({})

/** Was a guard asked for? The defaults do nothing where nothing is measured, nor does one that was only told to log. */
export const isAsked = (guards: Config['guard'], name: GuardName): boolean =>
  (Object.keys(guards[name]) as (keyof GuardBounds)[]).some(
    (key) => guards[name][key] !== guardDefaults[name][key] && !(key === 'action' && guards[name].action === 'log'),
  )

export const panelGuards = ['panelSplit', 'panelLength', 'panelEntropy', 'panelDecline', 'panelDrift'] as const

export const guardRules: readonly Rule[] = [
  {
    broken: (config) =>
      !evaluates(config) && isAsked(config.guard, 'accuracyDrop') && config.guard.accuracyDrop.action !== 'log',
    message: ({ guard }) =>
      `guard.accuracyDrop.action = ${guard.accuracyDrop.action} needs held-out questions: set eval.path or eval.holdOut`,
  },
  {
    broken: ({ guard, instruct, rollout }) =>
      isAsked(guard, 'flipRate') && instruct.source === 'self' && rollout.seedShare === 0,
    message: () =>
      'guard.flipRate watches questions that come back, and with instruct.source = self none does: set instruct.source=given or rollout.seedShare, or use guard.majorityShare',
  },
  {
    broken: ({ guard }) => Object.values(guard).some(({ below, above }) => (below ?? -Infinity) >= (above ?? Infinity)),
    message: ({ guard }) => `guard: below must be less than above, in each of ${JSON.stringify(guard)}`,
  },
  {
    broken: ({ panel }) => panel.size > 0 && panel.size < fewestPanelQuestions,
    message: ({ panel }) =>
      `panel.size = ${panel.size} is too small: shares of fewer than ${fewestPanelQuestions} questions say nothing. Give more, or 0 for no panel`,
  },
  {
    broken: ({ guard, panel }) => panel.size === 0 && panelGuards.some((name) => isAsked(guard, name)),
    message: ({ guard }) =>
      `guard.${panelGuards.find((name) => isAsked(guard, name))} watches the panel, and with panel.size = 0 there is none`,
  },
  {
    broken: ({ guard, kl }) => isAsked(guard, 'kl') && kl.coef === 0 && !kl.monitor,
    message: () =>
      'guard.kl watches kl.mean, which is not measured with kl.coef = 0 and kl.monitor = false: set kl.monitor=true',
  },
  {
    broken: ({ guard, instruct }) => isAsked(guard, 'distinct2') && instruct.source === 'given',
    message: () =>
      'guard.distinct2 watches the questions that the model proposes, and with instruct.source = given it proposes none',
  },
]
