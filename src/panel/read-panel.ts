import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'
import type { TrainModel } from '../model/train-model.ts'
import type { ProgressFn } from '../native/types.ts'
import { rowSeeds } from '../random.ts'
import { sameAnswer } from '../reward/same-answer.ts'
import { mayVote } from '../reward/unfinished.ts'
import { marginOf } from '../reward/vote-margin.ts'
import { answeringParams, promptQuestions } from '../rollout/answering.ts'
import type { Group, Vote } from '../rollout/group.ts'
import { type PromptFormat, placeholder } from '../rollout/prompt.ts'
import { rollOut } from '../rollout/rollout.ts'
import { compareMajorities, type PanelReading } from './reading.ts'

export interface PanelTools {
  readonly model: Pick<TrainModel, 'engine' | 'tokenizer' | 'stopTokens' | 'maxPositions'>
  readonly checker: AnswerChecker
  readonly config: Config
  readonly format: PromptFormat
}

/**
 * Asks every question of the panel in both views, and takes the votes. A question too long for the model has none.
 * @param step keys the random seeds
 */
export async function readPanel(
  tools: PanelTools,
  questions: readonly string[],
  step: number,
  onProgress: ProgressFn,
): Promise<PanelReading> {
  const { view } = tools.config.panel
  const reworded = questions.map((question) => view.replaceAll(placeholder, () => question))
  const groups = await ask(tools, [...questions, ...reworded], step, onProgress)
  const votes = await Promise.all(groups.map((group) => voteOf(tools, group)))
  const [first, second] = [votes.slice(0, questions.length), votes.slice(questions.length)]
  const responses = groups.slice(0, questions.length).flatMap((group) => group?.responses ?? [])
  const tokens = responses.reduce((sum, response) => sum + response.tokens.length, 0)
  const surprise = responses.reduce((sum, { logprobs }) => sum - logprobs.reduce((a, b) => a + b, 0), 0)
  const voted = first.filter((vote) => vote.majority !== null)
  const majorities = first.map((vote) => vote.majority)
  const lead = tools.config.panel.samples / 2
  const { both, equal } = await compareMajorities(
    majorities,
    second.map((vote) => vote.majority),
    sameAnswer(tools.checker, tools.config.reward),
  )
  return {
    majorities,
    settled: first.map((vote) => marginOf(vote) >= lead),
    agreement: voted.length === 0 ? 0 : voted.reduce((sum, vote) => sum + vote.majorityShare, 0) / voted.length,
    crossView: both === 0 ? null : equal / both,
    length: tokens / Math.max(1, responses.length),
    entropy: surprise / Math.max(1, tokens),
  }
}

type PanelVote = Pick<Vote, 'majority' | 'majorityShare' | 'votes'>

const noVote: PanelVote = { majority: null, majorityShare: 0, votes: [0, 0] }

async function voteOf({ checker, config }: PanelTools, group: Group | null): Promise<PanelVote> {
  const voters = group?.responses.filter((response) => mayVote(response, config.reward)) ?? []
  return voters.length === 0 ? noVote : checker.vote(voters.map(({ text }) => text))
}

/** @returns per text: its responses; null where it does not fit */
async function ask(
  { model, config, format }: PanelTools,
  texts: readonly string[],
  step: number,
  onProgress: ProgressFn,
): Promise<(Group | null)[]> {
  const questions = texts.map((text, i) => ({ id: `panel-${i}`, text, source: 'seed' as const }))
  const prompted = promptQuestions(model, questions, config, format)
  const { samples } = config.panel
  const seeds = rowSeeds(config.train.seed, 'panel', step, prompted.length * samples)
  const sampling = answeringParams(config, model, samples, seeds)
  const groups = await rollOut(model.engine, model.tokenizer, prompted, sampling, onProgress)
  const answered = new Map(groups.map((group) => [group.question.id, group]))
  return questions.map(({ id }) => answered.get(id) ?? null)
}
