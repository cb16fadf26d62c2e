/** How new questions are asked of the model. */
export interface InstructConfig {
  /** Questions shown in a prompt. */
  readonly examples: number
  /** How many of them come from the kept questions, as soon as there are any. */
  readonly fromPool: number
  /** Prompts built at a time. */
  readonly promptsPerRound: number
  /** Continuations sampled of each prompt. */
  readonly samplesPerPrompt: number
  readonly temperature: number
  readonly topP: number
  readonly maxNewTokens: number
  readonly presencePenalty: number
  /** Who the model is and what it must do; not used without a chat template. */
  readonly system: string
  /** The line above the numbered list. */
  readonly header: string
  /** chat: through the checkpoint's template; none: the list as plain text; auto: chat where there is a template. */
  readonly template: 'chat' | 'none' | 'auto'
}

/** The paper's settings (SeRL, arXiv 2505.20347, appendix; its repository's few-shot generation). */
export const defaultInstructConfig: InstructConfig = {
  examples: 8,
  fromPool: 2,
  promptsPerRound: 4,
  samplesPerPrompt: 1,
  temperature: 0.8,
  topP: 0.95,
  maxNewTokens: 1024,
  presencePenalty: 2,
  system:
    'You are an experienced mathematics teacher who invents exercises. Continue the numbered list with new questions ' +
    'of a similar kind, each complete in itself and different from the others. Write the questions only: no solutions, ' +
    'no answers, no comments.',
  header: 'Come up with a series of questions:',
  template: 'auto',
}
