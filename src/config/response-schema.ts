import { z } from 'zod'
import { fixedTemplateDay, isDay } from '../model/template-date.ts'
import { placeholder } from '../rollout/prompt.ts'
import { count, milliseconds, mostAtOnce, path, positive, share, temperature } from './value-schema.ts'

// How questions are answered and rewarded, and which of them are trained on.

export const rolloutSchema = z.strictObject({
  promptsPerRound: count(mostAtOnce.prompts)
    .default(16)
    .describe(
      'questions answered in the first round of sampling of a step, and at most in a later one, which is sized by the share kept so far',
    ),
  promptsPerStep: count(mostAtOnce.prompts)
    .default(16)
    .describe('questions inside the difficulty band that a training step needs'),
  maxRounds: count()
    .default(32)
    .describe('maximum rounds of sampling per training step to find rollout.promptsPerStep questions'),
  whenShort: z
    .enum(['train', 'stop'])
    .default('train')
    .describe(
      'what a training step does with fewer than rollout.promptsPerStep questions: train = on those; stop = end the run',
    ),
  seedShare: share()
    .default(0)
    .describe('share of the questions of a round that are seed questions, with instruct.source = self'),
  samplesPerPrompt: count(mostAtOnce.samples)
    .default(16)
    .describe('responses per question that are sampled, vote and are trained on; reward.votes samples more'),
  temperature: temperature()
    .default(1)
    .describe('sampling temperature of responses, and of the log-probabilities trained on'),
  topP: positive()
    .max(1)
    .default(1)
    .describe('probability mass that sampling of responses is cut to; training needs 1 = off, see docs/method.md'),
  maxNewTokens: count().default(1024).describe('maximum new tokens per response'),
  maxPromptTokens: count()
    .default(1024)
    .describe('maximum tokens of a question as the model sees it; longer ones are left out'),
  template: z
    .enum(['auto', 'chat', 'none'])
    .default('none')
    .describe(
      'form of a question: chat = a user message; none = the bare text, as in the paper; auto = chat where the checkpoint has a template',
    ),
  date: z
    .string()
    .refine(isDay, 'expected a day, YYYY-MM-DD')
    .default(fixedTemplateDay)
    .describe(
      'day that a chat template with a date, such as that of Llama 3.2, writes into every prompt of the run, evaluations included',
    ),
  prompt: z
    .string()
    .includes(placeholder, { error: 'expected a text with {question} in it' })
    .default(placeholder)
    .describe('text around a question, which takes the place of {question}, rollout.suffix included'),
  system: z
    .string()
    .default('')
    .describe('system text before a question: a system turn in a chat, else text above; empty = none'),
  examples: path()
    .nullable()
    .default(null)
    .describe(
      'JSONL file of worked questions shown before every question, {"question": ..., "response": ...} per line; null = none',
    ),
  specialTokens: z
    .boolean()
    .default(true)
    .describe(
      'whether a question without a chat template begins with the special tokens of the tokenizer, such as BOS; the reference adds none',
    ),
  stop: z
    .array(z.string().min(1).max(256))
    .max(64)
    .default([])
    .describe(
      'list of texts that end a response, such as ["Question:"], besides the end-of-sequence token: a base model may never end its turn, but begin another question',
    ),
  suffix: z.string().default('').describe('text put after every question, e.g. a request for a boxed answer'),
  maxStaleness: z
    .int()
    .min(0)
    .default(1)
    .describe('maximum training steps that a surplus question may wait with its responses before it is dropped'),
  cancelStragglers: z
    .boolean()
    .default(false)
    .describe(
      'whether responses that are not finished when rollout.promptsPerStep questions are kept are cancelled, and their questions dropped: faster, but favours questions with short responses',
    ),
})

export const rewardSchema = z.strictObject({
  kind: z
    .enum(['majority', 'rule', 'mixed', 'module', 'random', 'frozen-vote'])
    .default('majority')
    .describe(
      'what a response is rewarded for: majority = the most frequent answer to its question; rule = the known answer; mixed = the known answer where there is one, else the most frequent; module = the score from reward.scorer; random = a fair coin, as a control; frozen-vote = the most frequent answer of the base model, which is not trained, as a control',
    ),
  scorer: path()
    .nullable()
    .default(null)
    .describe('JavaScript file exporting score(group), for reward.kind = module; null = none'),
  scorerLimitMs: milliseconds()
    .default(60_000)
    .describe('time limit of reward.scorer per question, in milliseconds; beyond it the run stops'),
  mask: path()
    .nullable()
    .default(null)
    .describe(
      'JavaScript file exporting mask(group), which says what is trained on: which questions, responses and tokens; null = none',
    ),
  maskLimitMs: milliseconds()
    .default(60_000)
    .describe('time limit of reward.mask per question, in milliseconds; beyond it the run stops'),
  answers: z
    .enum(['math', 'choice', 'exact', 'number', 'module'])
    .default('math')
    .describe(
      'how answers are compared: as math, choice, exact text or number; module = by the functions that reward.module exports',
    ),
  tolerance: z
    .number()
    .min(0)
    .default(0)
    .describe('largest relative difference of two numbers that count as equal, for reward.answers = number; 0 = none'),
  module: path()
    .nullable()
    .default(null)
    .describe('JavaScript file exporting extract and equal, for reward.answers = module; null = none'),
  timeLimitMs: milliseconds()
    .default(1000)
    .describe('time limit for comparing the answers of one text, in milliseconds; beyond it they count as unequal'),
  votes: count(mostAtOnce.samples)
    .nullable()
    .default(null)
    .describe(
      'responses sampled per question, all of which vote, where only rollout.samplesPerPrompt of them are trained on; null = rollout.samplesPerPrompt',
    ),
  choose: z
    .enum(['random', 'variance'])
    .default('random')
    .describe(
      'which responses are trained on where more have voted (reward.votes, reward.extraVotes): random; variance = those whose rewards differ most',
    ),
  extraVotes: z
    .int()
    .min(0)
    .max(mostAtOnce.samples)
    .default(0)
    .describe(
      'responses sampled and voting in addition, once, for a question whose vote is undecided: in the difficulty band, with a lead below difficulty.minMargin; 0 = none',
    ),
  weight: z
    .enum(['none', 'margin', 'probability'])
    .default('none')
    .describe(
      'what the advantages of a question are multiplied by, where the majority decides its rewards: none = 1; margin = the lead of the majority over the next answer, as a share of the votes; probability = 2p - 1, with the probability p that it is given more often than the next answer (vote.modeProbability)',
    ),
  unfinishedVotes: z
    .boolean()
    .default(false)
    .describe('whether a response cut off by rollout.maxNewTokens may vote on the majority answer'),
  unfinished: z
    .enum(['mask', 'zero', 'penalty'])
    .default('mask')
    .describe(
      'what a response that may not vote, because it was cut off, teaches: mask = nothing, it is left out of the loss and the baseline; zero = shortness, it is rewarded as one without an answer; penalty = as zero, and the last reward.overlongBuffer tokens before the limit cost up to 1',
    ),
  overlongBuffer: count()
    .nullable()
    .default(null)
    .describe(
      'tokens before rollout.maxNewTokens over which reward.unfinished = penalty grows from 0 to 1; null = a fifth of rollout.maxNewTokens',
    ),
  clip: z
    .tuple([z.number(), z.number()])
    .default([-10, 10])
    .describe('[lowest, highest] reward after the baseline is subtracted; values outside are clipped'),
})

export const difficultySchema = z.strictObject({
  minVoters: count()
    .nullable()
    .default(null)
    .describe(
      'fewest responses that may vote for the difficulty of a question to be judged; with fewer it is left out; null = half of those sampled',
    ),
  minMargin: z
    .int()
    .min(0)
    .default(2)
    .describe(
      'fewest votes by which the most frequent answer must lead the next one for its question to be trained on, where it decides the rewards; 0 = none',
    ),
  low: z
    .number()
    .default(0.2)
    .describe('lowest mean reward of a question worth training on, over the responses that may vote'),
  high: z
    .number()
    .default(0.8)
    .describe('highest mean reward of a question worth training on, over the responses that may vote'),
})
