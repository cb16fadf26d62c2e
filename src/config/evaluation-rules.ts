import { MOST_CALL_TOKENS } from '../native/bounds.ts'
import type { NamedSet } from './evaluation-schema.ts'
import type { Rule } from './rule.ts'
import type { Config } from './schema.ts'

/** Does a run evaluate on held-out questions? They can choose a model; further sets cannot. */
export const evaluates = ({ eval: { path, holdOut } }: Config): boolean => path !== null || holdOut > 0

const hotGreedy = ({ sets }: Config['eval']): NamedSet | undefined =>
  sets.find(({ samples, temperature }) => samples === 0 && temperature !== null)

const mostSamples = ({ samples, sets }: Config['eval']): number => Math.max(samples, ...sets.map((set) => set.samples))

export const evaluationRules: readonly Rule[] = [
  {
    broken: ({ eval: { path, holdOut } }) => path !== null && holdOut > 0,
    message: ({ eval: { path, holdOut } }) =>
      `eval.path = ${path} and eval.holdOut = ${holdOut}: evaluate on one or the other (eval.path=null, or eval.holdOut=0)`,
  },
  {
    broken: (config) => !evaluates(config) && config.eval.samples > 0,
    message: ({ eval: { samples } }) =>
      `eval.samples = ${samples} samples responses to held-out questions, and there are none: set eval.path or eval.holdOut; ` +
      'a further set has samples of its own, as in eval.sets={path: FILE, samples: 4}',
  },
  {
    broken: (config) => hotGreedy(config.eval) !== undefined,
    message: (config) => {
      const { path, temperature } = hotGreedy(config.eval)!
      return `eval.sets: temperature = ${temperature} of ${path} is read only with samples, and they are 0`
    },
  },
  {
    broken: (config) => config.eval.temperature !== 1 && mostSamples(config.eval) === 0,
    message: (config) =>
      `eval.temperature = ${config.eval.temperature} is read only where an evaluation samples: set eval.samples, or samples of a set`,
  },
  {
    // a call has at least all samples of one question
    broken: (config) => mostSamples(config.eval) * config.eval.maxNewTokens > MOST_CALL_TOKENS,
    message: (config) =>
      `${mostSamples(config.eval)} samples with eval.maxNewTokens = ${config.eval.maxNewTokens} make ` +
      `${mostSamples(config.eval) * config.eval.maxNewTokens} tokens for one question, and a call may have ` +
      `${MOST_CALL_TOKENS}: lower one of them`,
  },
]
