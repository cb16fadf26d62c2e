import { type Conversation, newConversation, promptOf, type SentPrompt } from '../../chat/conversation.ts'
import { type Reply, type ReplySampling, replyTo, type Talker } from '../../chat/reply.ts'
import { UserError } from '../../errors.ts'
import { counted } from '../../log/counted.ts'
import { describeModel, requireTokenizer, stopTokensOf } from '../../model/open-model.ts'
import { today } from '../../model/template-date.ts'
import { modelSettings } from '../command-line/engine-flags.ts'
import { openShown } from '../shared/open-shown.ts'
import type { ChatFlags } from './flags.ts'
import { type Input, openInput } from './input.ts'
import { type Output, openOutput } from './output.ts'
import { helpText, readLine, type Said, settingsText } from './slash.ts'

/** A model, and what it and the user have said. */
export interface Side extends Talker {
  readonly name: string // "A"; empty: the only one
  readonly path: string
  readonly maxPositions: number
  readonly cancel: () => void
  readonly close: () => Promise<void>
  conversation: Conversation
  sent: SentPrompt | null // the last prompt
}

/** A question with its answers, for --json. */
interface Exchange {
  readonly question: string
  readonly replies: readonly ({ readonly model: string } & Reply)[]
}

/** `serl chat`. */
export async function chatCommand(flags: ChatFlags): Promise<number> {
  if (flags.model.length > 2)
    throw new UserError(`--model is given ${flags.model.length} times: give one, or two to compare`)
  const { temperature, topP, presencePenalty, maxNewTokens, seed = 0, json = false, quiet = false } = flags
  const sampling = { temperature, topP, presencePenalty, maxNewTokens, seed }
  const sides: Side[] = []
  const chat: Chat = { sides, flags, output: openOutput({ json, quiet }), sampling, turn: 0 }
  const signals = heedSignals(chat)
  try {
    for (const [i, path] of flags.model.entries()) {
      if (!signals.isEnded()) sides.push(await openSide(path, flags.model.length === 1 ? '' : 'AB'[i]!, flags))
    }
    return signals.isEnded() ? 130 : await converse(chat, signals.isEnded)
  } finally {
    for (const side of sides) await side.close()
    signals.release()
  }
}

async function openSide(path: string, name: string, flags: ChatFlags): Promise<Side> {
  const described = await describeModel(path, flags.date ?? today())
  const tokenizer = requireTokenizer(described)
  const { engine } = await openShown(described, modelSettings(path, flags), flags)
  return {
    ...{ name, path, engine, tokenizer, stopTokens: stopTokensOf(described) },
    maxPositions: described.checkpoint.config.maxPositionEmbeddings,
    cancel: () => engine.cancel(),
    close: () => engine.close(),
    conversation: newConversation(flags.system),
    sent: null,
  }
}

/** What a line can change. */
export interface Chat {
  readonly sides: readonly Side[]
  readonly flags: ChatFlags
  readonly output: Output
  sampling: ReplySampling
  turn: number
}

async function converse(chat: Chat, isEnded: () => boolean): Promise<number> {
  const { sides, flags, output } = chat
  const input = openInput('> ')
  if (input.isTerminal) output.say(greeting(sides))
  try {
    const exchanges: Exchange[] = []
    for (let line = await input.next(); line !== null && !isEnded(); line = await input.next()) {
      const isOver = await heed(chat, line, exchanges, input)
      if (isOver || isEnded()) break
    }
    if (flags.json) process.stdout.write(`${JSON.stringify({ models: flags.model, exchanges })}\n`)
    return isEnded() ? 130 : 0
  } finally {
    input.close()
  }
}

const greeting = (sides: readonly Side[]): string =>
  [...sides.map(({ name, path }) => (name === '' ? path : `${name}: ${path}`)), '/help lists the commands'].join('\n')

/** Ctrl-C stops an answer at a terminal; without one, and by other signals, the conversation ends. */
function heedSignals({ sides, output }: Chat): { isEnded: () => boolean; release: () => void } {
  let isOver = false
  const end = (): void => {
    if (isOver) process.exit(130) // asked twice
    isOver = true
    for (const side of sides) side.cancel()
  }
  const stop = (): void => {
    if (!output.isAnswering() || !process.stdin.isTTY) end()
    else for (const side of sides) side.cancel()
  }
  process.on('SIGINT', stop).on('SIGTERM', end).on('SIGHUP', end)
  const release = (): void => void process.off('SIGINT', stop).off('SIGTERM', end).off('SIGHUP', end)
  return { isEnded: () => isOver, release }
}

/** @returns whether the conversation is over */
async function heed(chat: Chat, line: string, exchanges: Exchange[], input: Input): Promise<boolean> {
  try {
    const said = readLine(line)
    if (said.kind === 'question') exchanges.push(await ask(chat, said.text))
    else obey(chat, said)
    return said.kind === 'quit'
  } catch (error) {
    if (!(error instanceof UserError) || !input.isTerminal) throw error // in a pipe nobody can correct it
    chat.output.say(error.message)
    return false
  }
}

function obey(chat: Chat, said: Exclude<Said, { kind: 'question' }>): void {
  const { sides, output } = chat
  if (said.kind === 'help') output.say(helpText)
  if (said.kind === 'reset') for (const side of sides) side.conversation = newConversation(side.conversation.system)
  if (said.kind === 'template') for (const side of sides) output.say(templateText(chat, side))
  if (said.kind === 'set') {
    chat.sampling = { ...chat.sampling, ...said.change }
    output.say(settingsText(chat.sampling))
  }
  if (said.kind !== 'system') return
  const { text } = said
  if (text === null) output.say(sides[0]!.conversation.system || 'no system text')
  else for (const side of sides) side.conversation = { ...side.conversation, system: text }
}

/** The last prompt; before the first question, how one would be sent. */
function templateText({ flags, sampling }: Chat, { name, tokenizer, conversation, sent, maxPositions }: Side): string {
  const form = { raw: flags.raw ?? false, suffix: flags.suffix }
  const shown = sent ?? promptOf(tokenizer, conversation, '(your question)', form, maxPositions - sampling.maxNewTokens)
  return `${name === '' ? '' : `${name}: `}${counted(shown.tokens.length, 'token')}\n${shown.text}`
}

async function ask(chat: Chat, question: string): Promise<Exchange> {
  const { sides, flags, output, sampling } = chat
  const form = { raw: flags.raw ?? false, suffix: flags.suffix }
  for (const side of sides) {
    const room = side.maxPositions - sampling.maxNewTokens
    side.sent = promptOf(side.tokenizer, side.conversation, question, form, room)
    if (side.sent.dropped > 0)
      output.say(`${side.path}: the first ${side.sent.dropped} messages no longer fit, and are left out`)
  }
  const turn = chat.turn++
  const screen = output.answer(sides.map(({ name }) => name))
  let replies: Reply[]
  try {
    replies = await Promise.all(
      sides.map(async (side, i) => {
        const reply = await replyTo(side, side.sent!.tokens, turn, sampling, (piece) => screen.piece(i, piece))
        screen.end(i, reply)
        return reply
      }),
    )
  } finally {
    screen.close()
  }
  for (const [i, side] of sides.entries()) {
    const answer = { role: 'assistant', content: replies[i]!.text }
    side.conversation = {
      ...side.conversation,
      turns: [...side.conversation.turns, { role: 'user', content: question }, answer],
    }
  }
  return { question, replies: replies.map((reply, i) => ({ model: flags.model[i]!, ...reply })) }
}
