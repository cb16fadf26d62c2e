import { cancel, confirm, intro, isCancel, select, text } from '@clack/prompts'
import type { Wishes } from '../../init/plan-config.ts'
import type { InitFlags } from './flags.ts'

/** Thrown where the user leaves the questions. */
export class Left extends Error {
  constructor() {
    super('left')
    this.name = 'Left'
  }
}

export interface Answers extends Wishes {
  readonly forecast: boolean
}

/** What checks an answer as it is given; a text says what is wrong. */
export interface Checks {
  readonly model: (path: string) => Promise<string | undefined>
  readonly seeds: (path: string) => Promise<string | undefined>
  readonly hours: (text: string) => string | undefined
  readonly hasCuda: boolean
}

/**
 * Asks on the terminal for what flags do not give.
 * @throws Left at Ctrl-C
 */
export async function askWishes(flags: InitFlags, checks: Checks): Promise<Answers> {
  intro('a config for serl train')
  const model = flags.model ?? (await asked('Folder of the model (a HuggingFace checkpoint)', checks.model))
  const seeds = flags.seeds ?? (await asked('File of questions (JSONL, one {"problem": "..."} per line)', checks.seeds))
  const device = flags.device ?? (checks.hasCuda ? await given(select(deviceQuestion)) : 'cpu')
  const hours =
    flags.hours ?? Number(await asked('Hours that the run may take', async (value) => checks.hours(value), '1'))
  const forecast =
    flags.forecast ??
    (await given(
      confirm({ message: 'Ask some questions first, to see what training can hope for?', initialValue: false }),
    ))
  return { model, seeds, device, hours, forecast }
}

const deviceQuestion = {
  message: 'Where to train',
  options: [
    { value: 'cpu', label: 'the CPU' },
    { value: 'cuda', label: 'the first GPU' },
  ],
}

/** Asks again until the answer passes: the prompt's own check cannot read files. */
async function asked(
  message: string,
  check: (value: string) => Promise<string | undefined>,
  usual?: string,
): Promise<string> {
  let [shown, before] = [message, '']
  for (;;) {
    const options = {
      message: shown,
      initialValue: before,
      ...(usual !== undefined && { defaultValue: usual, placeholder: usual }),
    }
    const value = (await given(text(options))).trim()
    const wrong = value === '' ? 'an answer is needed' : await check(value)
    if (wrong === undefined) return value
    ;[shown, before] = [`${wrong}\n${message}`, value]
  }
}

async function given<T>(answer: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await answer
  if (!isCancel(value)) return value as Exclude<T, symbol>
  cancel('nothing was written')
  throw new Left()
}
