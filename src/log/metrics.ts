// One line of metrics.jsonl. Every key is on every line, null if not measured.

export interface StepMetrics {
  readonly step: number // 0 = the evaluation before training
  readonly 'eval.accuracy': number | null // greedy, on the held-out questions; cut-off responses are graded too
  readonly 'reward.mean': number | null // over every response sampled in the step, its question kept or not
  readonly 'vote.majorityShare': number | null // mean over groups
  readonly 'vote.answerless': number | null // share of responses without an answer
  readonly 'vote.timeouts': number | null // comparisons given up
  readonly 'instructions.proposed': number | null
  readonly 'instructions.kept': number | null // accepted by rules and ROUGE-L
  readonly 'groups.sampled': number | null
  readonly 'groups.kept': number | null // inside the difficulty band
  readonly 'groups.trained': number | null // the step's batch, waiting ones included
  readonly 'responses.lengthMean': number | null // new tokens
  readonly 'responses.unfinished': number | null // share cut off by maxNewTokens
  readonly 'kl.mean': number | null // nats per token, policy to reference; surplus groups: the sampling policy
  readonly 'entropy.mean': number | null // nats per token of the batch, as each optimizer step found it
  readonly loss: number | null
  readonly gradNorm: number | null // before clipping
  readonly clipFraction: number | null
  readonly 'ratio.max': number | null
  readonly learningRate: number | null
  readonly 'optimizer.steps': number | null
  readonly 'optimizer.skipped': number | null // skipped because of a non-finite gradient
  readonly 'mismatch.mean': number | null // |sampling - training| log-probability, nats
  readonly 'mismatch.max': number | null
  readonly 'tokens.generated': number | null
  readonly 'tokens.trained': number | null
  readonly 'seconds.propose': number | null
  readonly 'seconds.rollout': number | null
  readonly 'seconds.update': number | null
  readonly 'seconds.total': number | null // evaluation included; the step's checkpoint comes after its line
  readonly iteration: number | null // 1 = the reference is the base model
  readonly 'kl.coef': number | null // used in the step
  readonly 'mismatch.share': number | null // of tokens more than 0.01 nats apart
  readonly 'importance.mean': number | null // weight of a token; null: nothing was corrected
  readonly 'vote.classes': number | null // different answers to a question, mean over groups
  readonly 'vote.flipRate': number | null // share of questions met before whose majority changed; null: none was
  readonly 'vote.sameAnswer': number | null // share of questions with the most common majority; null below 4 questions
  readonly 'responses.lengthRatio': number | null // lengthMean over that of the run's first step
  readonly 'responses.eosRate': number | null // share that ended by themselves
  readonly 'instructions.distinct2': number | null // distinct word pairs of all proposals / word pairs
  readonly 'eval.drop': number | null // best accuracy so far - this step's, on the selecting half of the questions
  readonly 'guard.tripped': string | null // comma-separated guards out of range for their number of steps
  readonly 'eval.unfinished': number | null // share of greedy responses cut off by eval.maxNewTokens
  readonly 'instructions.tooLong': number | null // questions left out: beyond rollout.maxPromptTokens
  readonly 'groups.expired': number | null // surplus groups that waited longer than rollout.maxStaleness
  readonly 'groups.unfinished': number | null // of those sampled: too few responses that may vote
  readonly 'panel.agreement': number | null // mean share of the majority on the panel
  readonly 'panel.crossView': number | null // share of its questions with the same majority under another wording
  readonly 'panel.split': number | null // rise of agreement since the run's first reading - rise of crossView
  readonly 'panel.flipRate': number | null // share of majorities that differ from the last reading's
  readonly 'panel.decline': number | null // highest agreement so far minus this one
  readonly 'panel.drift': number | null // share of the base model's settled majorities that differ now
  readonly 'panel.lengthRatio': number | null // mean new tokens over the first reading's
  readonly 'panel.entropyRatio': number | null // mean -log p of sampled tokens over the first reading's
  readonly 'vote.margin': number | null // votes by which the majority leads the next answer, mean over groups
  readonly 'vote.modeProbability': number | null // that the policy gives it more often than the next answer, mean over groups
  readonly 'vote.accuracy': number | null // share of right majorities, of the questions with known answers
  readonly 'reward.accuracy': number | null // share of their responses that may vote that are rewarded (above 0.5) exactly where they are right
  readonly 'groups.leftOver': number | null // of those trained: sampled by the policy of an earlier step
  readonly 'eval.dropP': number | null // one-sided McNemar's test of eval.drop, corrected for the number of evaluations
  readonly 'eval.provenDrop': number | null // eval.drop where eval.dropP < 0.05, else 0
  readonly 'eval.averageAtK': number | null // share of right responses among those of eval.samples; null: none sampled
  readonly 'eval.majorityAtK': number | null // share of held-out questions whose most frequent answer is right
  readonly 'eval.passAtK': number | null // and with at least one right response
  readonly 'eval.reporting': number | null // accuracy on the half of the questions that never chooses a model
  readonly 'groups.extended': number | null // of those sampled: undecided, and given reward.extraVotes more responses
  readonly 'groups.decided': number | null // of these: with a margin of difficulty.minMargin then
  readonly 'groups.cancelled': number | null // questions dropped while they were answered, by rollout.cancelStragglers
  readonly 'vote.weight': number | null // by reward.weight, mean over the groups trained on
}

const blank: StepMetrics = {
  step: 0,
  'eval.accuracy': null,
  'reward.mean': null,
  'vote.majorityShare': null,
  'vote.answerless': null,
  'vote.timeouts': null,
  'instructions.proposed': null,
  'instructions.kept': null,
  'groups.sampled': null,
  'groups.kept': null,
  'groups.trained': null,
  'responses.lengthMean': null,
  'responses.unfinished': null,
  'kl.mean': null,
  'entropy.mean': null,
  loss: null,
  gradNorm: null,
  clipFraction: null,
  'ratio.max': null,
  learningRate: null,
  'optimizer.steps': null,
  'optimizer.skipped': null,
  'mismatch.mean': null,
  'mismatch.max': null,
  'tokens.generated': null,
  'tokens.trained': null,
  'seconds.propose': null,
  'seconds.rollout': null,
  'seconds.update': null,
  'seconds.total': null,
  iteration: null,
  'kl.coef': null,
  'mismatch.share': null,
  'importance.mean': null,
  'vote.classes': null,
  'vote.flipRate': null,
  'vote.sameAnswer': null,
  'responses.lengthRatio': null,
  'responses.eosRate': null,
  'instructions.distinct2': null,
  'eval.drop': null,
  'guard.tripped': null,
  'eval.unfinished': null,
  'instructions.tooLong': null,
  'groups.expired': null,
  'groups.unfinished': null,
  'panel.agreement': null,
  'panel.crossView': null,
  'panel.split': null,
  'panel.flipRate': null,
  'panel.decline': null,
  'panel.drift': null,
  'panel.lengthRatio': null,
  'panel.entropyRatio': null,
  'vote.margin': null,
  'vote.modeProbability': null,
  'vote.accuracy': null,
  'reward.accuracy': null,
  'groups.leftOver': null,
  'eval.dropP': null,
  'eval.provenDrop': null,
  'eval.averageAtK': null,
  'eval.majorityAtK': null,
  'eval.passAtK': null,
  'eval.reporting': null,
  'groups.extended': null,
  'groups.decided': null,
  'groups.cancelled': null,
  'vote.weight': null,
}

/** All keys in their order; what is not given is null. */
export const stepMetrics = (known: Partial<StepMetrics> & { readonly step: number }): StepMetrics => ({
  ...blank,
  ...known,
})
