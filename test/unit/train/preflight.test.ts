import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { preflight } from '../../../src/train/preflight.ts'
import { byteTokenizer } from '../../support/byte-tokenizer.ts'
import { fakeConfig, questionFolder } from '../../support/fake-run.ts'

let folder: string
beforeEach(async () => {
  folder = await questionFolder()
})

const check = (over: Record<string, unknown> = {}, maxPositions = 2048, tokenizer = byteTokenizer) =>
  preflight(fakeConfig(folder, over), { tokenizer, maxPositions })

const refuse = async (checked: Promise<unknown>, message: RegExp): Promise<void> => {
  await expect(checked).rejects.toThrow(message)
  await expect(checked).rejects.toBeInstanceOf(UserError)
}

describe('preflight', () => {
  it('gives the data, and the first prompts of the run', async () => {
    const { seeds, heldOut, firstQuestionPrompt, firstAnswerPrompt } = await check()
    expect([seeds.length, heldOut.length]).toEqual([12, 4])
    expect(byteTokenizer.decode(firstAnswerPrompt)).toBe(`${seeds[0]!.text}\n=`)
    expect(byteTokenizer.decode(firstQuestionPrompt!.tokens)).toMatch(/^Come up with .*\n1\. [\s\S]*\n8\. .*\n9\.$/)
    expect(firstQuestionPrompt!.dropped).toBe(0)
  })

  it('leaves examples out of the first prompt if the context is short', async () => {
    const { firstQuestionPrompt } = await check({ 'instruct.maxNewTokens': 100 }, 250)
    expect(firstQuestionPrompt!.dropped).toBeGreaterThan(0)
    expect(firstQuestionPrompt!.tokens.length).toBeLessThanOrEqual(150)
  })

  it('takes more held-out tokens than a call of the engine holds: an evaluation makes as many calls as it needs', async () => {
    const { evaluations } = await check({ 'eval.maxNewTokens': 1e9 }, 2 ** 40)
    expect(evaluations).toMatchObject([{ questions: 4, responses: 4 }])
  })

  it('requires room for new tokens in every stage that runs, and in no other', async () => {
    const long = { 'eval.maxNewTokens': 2048, 'instruct.maxNewTokens': 2048 }
    await refuse(check(long), /instruct\.maxNewTokens = 2048 leaves[\s\S]*eval\.maxNewTokens = 2048 leaves no room/)
    await check({ ...long, 'eval.path': null, 'instruct.source': 'given' })
    await refuse(check({ 'rollout.maxNewTokens': 2048 }), /rollout\.maxNewTokens = 2048 leaves no room for a prompt/)
  })

  it('requires one seed question that fits, and every held-out question', async () => {
    const lines = [{ problem: 'x'.repeat(500) }, { problem: 'y'.repeat(40) }].map((line) => JSON.stringify(line))
    await writeFile(join(folder, 'long.jsonl'), lines.join('\n'))
    const seeds = { 'seeds.path': join(folder, 'long.jsonl') }
    // 43: a BOS, 40 letters, the suffix of 2
    expect((await check({ ...seeds, 'rollout.maxPromptTokens': 43 })).firstAnswerPrompt).toHaveLength(43)
    const short = check({ ...seeds, 'rollout.maxPromptTokens': 42 })
    await refuse(short, /no seed question fits 42 tokens \(the shortest has 43\): raise rollout\.maxPromptTokens = 42/)
    const asked = lines.map((line) => JSON.stringify({ ...JSON.parse(line), answer: '1' })).join('\n')
    await writeFile(join(folder, 'held-out.jsonl'), asked)
    await check({ 'eval.maxNewTokens': 2048 - 503 })
    await refuse(check({ 'eval.maxNewTokens': 2048 - 502 }), /held-out\.jsonl: a held-out question has 503 tokens/)
  })

  it('requires answers for reward rule, by line', async () => {
    await writeFile(join(folder, 'seeds.jsonl'), '{"problem":"a","answer":"1"}\n\n{"problem":"b"}\n')
    const rule = { 'reward.kind': 'rule', 'instruct.source': 'given' }
    await refuse(check(rule), /seeds\.jsonl:3: no "answer", which reward\.kind = rule needs/)
  })

  it("requires held-out answers of the run's kind, by line", async () => {
    const lines = '{"problem":"a","answer":"1"}\n{"problem":"b","answer":"Evelyn"}\n'
    await writeFile(join(folder, 'held-out.jsonl'), lines)
    await refuse(
      check({ 'reward.answers': 'number' }),
      /held-out\.jsonl:2: the known answer "Evelyn" is not a number, which answers of kind number are/,
    )
    expect((await check({ 'reward.answers': 'exact' })).heldOut).toHaveLength(2)
  })

  it('renders the templates, and names the setting if that fails', async () => {
    const broken = {
      ...byteTokenizer,
      hasChatTemplate: true,
      chat: () => {
        throw new UserError('the template wants tools')
      },
    }
    await refuse(
      check({ 'rollout.template': 'auto' }, 2048, broken),
      /rollout\.template = auto: the template wants tools/,
    )
    await refuse(check({}, 2048, broken), /instruct\.template = auto: the template wants tools/)
    expect((await check({ 'instruct.template': 'none' }, 2048, broken)).firstQuestionPrompt).not.toBeNull()
  })

  it("loads the user's modules", async () => {
    await writeFile(join(folder, 'scorer.mjs'), 'export const wrong = 1')
    const scorer = { 'reward.kind': 'module', 'reward.scorer': join(folder, 'scorer.mjs') }
    await refuse(check(scorer), /scoring module .*scorer\.mjs failed while loading/)
    const answers = { 'reward.answers': 'module', 'reward.module': join(folder, 'scorer.mjs') }
    await refuse(check(answers), /must export extract\(text\) and equal\(a, b\)/)
    await writeFile(join(folder, 'scorer.mjs'), 'export const score = ({ responses }) => responses.map(() => 0)')
    expect((await check(scorer)).seeds).toHaveLength(12)
    const wrong = join(folder, 'scorer.mjs')
    await refuse(check({ 'reward.mask': wrong }), /mask module .*scorer\.mjs failed while loading/)
    await refuse(check({ 'filter.module': wrong }), /filter module .*scorer\.mjs failed while loading/)
    await refuse(check({ 'instruct.module': wrong }), /instruct module .*scorer\.mjs failed while loading/)
  })

  it('writes the first prompt with the module that the run will use', async () => {
    const own = join(folder, 'prompts.mjs')
    await writeFile(own, 'export const prompt = ({ step, round }) => "Step " + step + ", round " + round + ":"')
    const { firstQuestionPrompt } = await check({ 'instruct.module': own })
    expect(byteTokenizer.decode(firstQuestionPrompt!.tokens)).toBe('Step 1, round 0:')
    const chats = join(folder, 'chats.mjs')
    await writeFile(chats, 'export const prompt = () => [{ role: "user", content: "Ask" }]')
    const broken = {
      ...byteTokenizer,
      chat: () => {
        throw new UserError('the template wants tools')
      },
    }
    await refuse(check({ 'instruct.module': chats }, 2048, broken), /instruct\.module: the template wants tools/)
  })
})
