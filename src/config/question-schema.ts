import { z } from 'zod'
import { nativeBounds } from '../native/bounds.ts'
import { bounded, count, milliseconds, mostAtOnce, path, share, temperature } from './value-schema.ts'

// Where questions come from, and which of them are dropped.

export const seedsSchema = z.strictObject({
  path: path()
    .nullable()
    .default(null)
    .describe('JSONL file of seed questions: {"problem": ...} per line, with an "answer" for reward.kind = rule'),
})

const teacher =
  'You are an experienced mathematics teacher who invents exercises. Continue the numbered list with new questions ' +
  'of a similar kind, each complete in itself and different from the others. Write the questions only: no solutions, ' +
  'no answers, no comments.'

// the paper's, of its appendix and its repository's few-shot generation
export const instructSchema = z.strictObject({
  source: z
    .enum(['self', 'given'])
    .default('self')
    .describe(
      'where questions come from: self = the model writes new ones like the seeds; given = the seed questions themselves',
    ),
  examples: count(mostAtOnce.examples).default(8).describe('example questions in a prompt for new questions'),
  fromPool: z
    .int()
    .min(0)
    .default(2)
    .describe(
      'example questions in a prompt for new questions that come from those kept so far, not from the seeds; 0 = none',
    ),
  promptsPerRound: count(mostAtOnce.questionPrompts).default(4).describe('prompts for new questions per round'),
  samplesPerPrompt: count(mostAtOnce.samples).default(1).describe('continuations sampled per prompt for new questions'),
  temperature: temperature().default(0.8).describe('sampling temperature when the model writes questions'),
  topP: bounded(nativeBounds.topP)
    .default(0.95)
    .describe('probability mass that sampling is cut to when the model writes questions; 1 = off'),
  presencePenalty: bounded(nativeBounds.presencePenalty)
    .default(2)
    .describe(
      'penalty subtracted from the logits of tokens that a continuation already has, when the model writes questions; 0 = off',
    ),
  maxNewTokens: count().default(1024).describe('maximum new tokens per continuation when the model writes questions'),
  system: z
    .string()
    .default(teacher)
    .describe('system message of a prompt for new questions; used with a chat template only'),
  header: z
    .string()
    .default('Come up with a series of questions:')
    .describe('line above the numbered list of examples in a prompt for new questions'),
  template: z
    .enum(['auto', 'chat', 'none'])
    .default('auto')
    .describe(
      'form of a prompt for new questions: chat = through the chat template; none = plain text; auto = chat where the checkpoint has a template',
    ),
  maxRounds: count()
    .default(16)
    .describe(
      'maximum rounds of prompts for new questions per step; then the step continues with the questions that it has',
    ),
  maxStaleness: z
    .int()
    .min(0)
    .default(8)
    .describe('maximum training steps that an accepted question may wait to be answered before it is dropped'),
  poolLimit: z
    .int()
    .min(0)
    .default(0)
    .describe('maximum number of questions kept as examples for later prompts, the newest ones; 0 = no limit'),
  choose: z
    .enum(['uniform', 'thompson'])
    .default('uniform')
    .describe(
      'how the examples of a prompt are chosen, among the seeds and among the questions kept so far: uniform = each alike; thompson = by Thompson sampling, those whose answered children often lie in the difficulty band',
    ),
  retireAfter: count()
    .nullable()
    .default(null)
    .describe(
      'number of answered children of a seed, none inside the difficulty band, after which it is no longer used as an example, as long as instruct.examples seeds are left; null = never',
    ),
  module: path()
    .nullable()
    .default(null)
    .describe(
      'JavaScript file exporting prompt(request), parse(reply) or both: how the model is asked for new questions, and how they are read; null = none',
    ),
  moduleLimitMs: milliseconds()
    .default(60_000)
    .describe('time limit of a call to instruct.module, in milliseconds; beyond it the run stops'),
})

// a question about a picture cannot be answered without it
const pictureWords = [
  ...['image', 'images', 'graph', 'graphs', 'picture', 'pictures', 'file', 'files', 'map', 'maps'],
  ...['draw', 'plot', 'go to'],
]

// the reference's thresholds (wantbook-book/SeRL, few-shot generation): more than 3 and at most 150 words
export const filterSchema = z.strictObject({
  rougeMax: share()
    .default(0.7)
    .describe(
      'largest ROUGE-L F of a new question with any seed, kept question or other new question; 1 = only copies are dropped',
    ),
  minWords: z.int().min(0).default(4).describe('minimum number of words of a new question'),
  maxWords: count().default(150).describe('maximum number of words of a new question'),
  blacklist: z
    .array(z.string())
    .default([...pictureWords])
    .describe('words and phrases that no new question may contain, as whole words in any case'),
  module: path()
    .nullable()
    .default(null)
    .describe(
      'JavaScript file exporting filter(round), which accepts or rejects the new questions that passed the other rules; null = none',
    ),
  moduleLimitMs: milliseconds()
    .default(60_000)
    .describe('time limit of filter.module per round of questions, in milliseconds; beyond it the run stops'),
})
