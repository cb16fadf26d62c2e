import type { Rule } from './rule.ts'
import type { Config } from './schema.ts'

/** Does the model write no question at all? */
const writesNone = ({ instruct, rollout }: Config): boolean => instruct.source === 'given' || rollout.seedShare === 1

const why = ({ instruct, rollout }: Config): string =>
  instruct.source === 'given' ? 'instruct.source = given' : `rollout.seedShare = ${rollout.seedShare}`

/** On the prompts for new questions. */
export const instructRules: readonly Rule[] = [
  {
    broken: ({ instruct }) => instruct.fromPool > instruct.examples,
    message: ({ instruct }) =>
      `instruct.fromPool = ${instruct.fromPool} is above instruct.examples = ${instruct.examples}, which includes them`,
  },
  {
    broken: (config) => config.instruct.choose !== 'uniform' && writesNone(config),
    message: (config) =>
      `instruct.choose = ${config.instruct.choose} chooses examples for new questions, and with ${why(config)} none is ` +
      'written: set instruct.choose=uniform',
  },
  {
    broken: (config) => config.instruct.retireAfter !== null && writesNone(config),
    message: (config) =>
      `instruct.retireAfter = ${config.instruct.retireAfter} is about examples for new questions, and with ` +
      `${why(config)} none is written: set instruct.retireAfter=null`,
  },
]
