import type { Rule } from './rule.ts'

/** Contradictions around the user's own modules. */
export const moduleRules: readonly Rule[] = [
  {
    broken: ({ reward }) => (reward.answers === 'module') !== (reward.module !== null),
    message: ({ reward }) =>
      `reward.answers = ${reward.answers} and reward.module = ${reward.module} contradict each other`,
  },
  {
    broken: ({ reward }) => (reward.kind === 'module') !== (reward.scorer !== null),
    message: ({ reward }) => `reward.kind = ${reward.kind} and reward.scorer = ${reward.scorer} contradict each other`,
  },
  {
    broken: ({ instruct }) => instruct.module !== null && instruct.source === 'given',
    message: ({ instruct }) =>
      `instruct.module = ${instruct.module} is read only with instruct.source = self: with given, the model writes no questions`,
  },
  {
    broken: ({ filter, instruct }) => filter.module !== null && instruct.source === 'given',
    message: ({ filter }) =>
      `filter.module = ${filter.module} is read only with instruct.source = self: with given, no questions are filtered`,
  },
]
