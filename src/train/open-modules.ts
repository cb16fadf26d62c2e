import type { Config } from '../config/schema.ts'
import { openQuestionFilter } from '../filter/question-filter.ts'
import { openQuestionWriter } from '../instruct/question-writer.ts'
import { openMasker } from '../reward/masker.ts'
import { openScorer } from '../reward/scorer.ts'
import { openAll } from '../user-module/open-all.ts'

/** Opens the user's own modules, except for that of answers: those that are not set are null. @throws UserError */
export const openModules = ({ instruct, filter, reward }: Config) =>
  openAll({
    writer: () => openQuestionWriter(instruct),
    questionFilter: () => openQuestionFilter(filter),
    scorer: async () => (reward.scorer === null ? null : openScorer(reward.scorer, reward.scorerLimitMs)),
    masker: async () => (reward.mask === null ? null : openMasker(reward.mask, reward.maskLimitMs)),
  })

export type UserModules = Awaited<ReturnType<typeof openModules>>['modules']
