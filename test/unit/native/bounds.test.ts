// A number that a flag or a setting lets through must not be refused by the engine's checks in the middle of a run.
import { describe, expect, it } from 'vitest'
import { evalFlags } from '../../../src/commands/eval/flags.ts'
import { generateLine } from '../../../src/commands/generate/flags.ts'
import { gradeLine } from '../../../src/commands/grade/flags.ts'
import { instructLine } from '../../../src/commands/instruct/flags.ts'
import { sftLine } from '../../../src/commands/sft/flags.ts'
import { trainLine } from '../../../src/commands/train/flags.ts'
import { parseOverride } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { describedGroups } from '../../../src/config/values-text.ts'
import { type Bounds, boundsText, isWithin, nativeBounds } from '../../../src/native/bounds.ts'
import {
  checkOptimizer,
  checkSampling,
  checkTemperature,
  checkThreadsOfEnvironment,
} from '../../../src/native/checks.ts'

type Parse = (text: string) => unknown
const flagsOf = (table: object) => table as Readonly<Record<string, { readonly parse?: Parse }>>
const [generate, evaluate, sft, train] = [generateLine.flags, evalFlags, sftLine.flags, trainLine.flags].map(flagsOf)

interface Given {
  readonly flags: readonly (Parse | undefined)[]
  readonly settings: readonly string[]
}

const nowhere: Given = { flags: [], settings: [] }

// the compiler asks for an entry for each bound
const givenBy: Readonly<Record<keyof typeof nativeBounds, Given>> = {
  threads: { flags: [generate!.threads?.parse, train!.threads?.parse], settings: ['model.threads'] },
  samplesPerPrompt: {
    flags: [generate!.n?.parse, evaluate!.samples?.parse],
    settings: ['instruct.samplesPerPrompt', 'rollout.samplesPerPrompt'],
  },
  maxNewTokens: {
    flags: [generate!.maxNewTokens?.parse, evaluate!.maxNewTokens?.parse, sft!.evalMaxNewTokens?.parse],
    settings: ['instruct.maxNewTokens', 'rollout.maxNewTokens', 'eval.maxNewTokens'],
  },
  temperature: {
    flags: [generate!.temperature?.parse, evaluate!.temperature?.parse],
    settings: ['instruct.temperature', 'rollout.temperature'],
  },
  topP: { flags: [generate!.topP?.parse, evaluate!.topP?.parse], settings: ['instruct.topP', 'rollout.topP'] },
  presencePenalty: {
    flags: [generate!.presencePenalty?.parse, evaluate!.presencePenalty?.parse],
    settings: ['instruct.presencePenalty'],
  },
  step: { flags: [sft!.steps?.parse], settings: ['train.steps'] },
  lr: { flags: [sft!.lr?.parse], settings: ['optimizer.lr'] },
  weightDecay: { flags: [sft!.weightDecay?.parse], settings: ['optimizer.weightDecay'] },
  maxGradNorm: { flags: [sft!.maxGradNorm?.parse], settings: ['optimizer.maxGradNorm'] },
  beta1: { flags: [sft!.beta1?.parse], settings: ['optimizer.beta1'] },
  beta2: { flags: [sft!.beta2?.parse], settings: ['optimizer.beta2'] },
  eps: { flags: [], settings: ['optimizer.eps'] },
  clipLow: { flags: [], settings: ['update.clipLow'] },
  clipHigh: { flags: [], settings: ['update.clipHigh'] },
  klCoef: { flags: [], settings: ['kl.coef'] },
  entropyCoef: { flags: [], settings: ['update.entropyCoef'] },
  normalizer: nowhere, // counted, not given
}

/** Numbers just outside. */
function outside({ least, above, most, below, whole }: Bounds): number[] {
  const little = whole ? 1 : 1e-9
  return [
    ...(least === undefined ? [] : [least - little, ...(least === 1e-4 ? [1e-5, 1e-40, 1e-320, -1] : [least - 1e9])]),
    ...(above === undefined ? [] : [above, above - 1]),
    ...(most === undefined ? [] : [most + little * 1e4, 1e9 + most]),
    ...(below === undefined ? [] : [below, below + 1]),
    ...(whole ? [1.5] : []),
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]
}

const set = (key: string, value: number) => resolveConfig([{ key, value, origin: '--set' }])

describe.each(Object.entries(nativeBounds))('%s', (name, bounds: Bounds) => {
  const { flags, settings } = givenBy[name as keyof typeof nativeBounds]
  it.each(outside(bounds))('%s is refused by every flag and setting', (value) => {
    expect(isWithin(value, bounds)).toBe(false)
    for (const parse of flags) {
      expect(parse).toBeDefined()
      if (value !== 0 || name !== 'temperature') expect(() => parse!(String(value))).toThrow(/Expected/)
    }
    for (const key of settings) expect(() => set(key, value), key).toThrow(new RegExp(`${key} = .*: expected`))
  })
})

describe('checks.ts', () => {
  const sampling = { samplesPerPrompt: 1, maxNewTokens: 1, temperature: 1, topP: 1, presencePenalty: 0 }
  const arrays = { stopTokens: new Int32Array(0), seeds: new Uint32Array(1) }
  const adamw = { step: 1, lr: 0, beta1: 0, beta2: 0, eps: 1e-8, weightDecay: 0, maxGradNorm: 0 }

  it('refuses the same numbers', () => {
    for (const [name, bounds] of Object.entries(nativeBounds)) {
      for (const value of outside(bounds)) {
        const over = { [name]: value }
        if (name in sampling && !(name === 'temperature' && value === 0))
          expect(() => checkSampling({ ...sampling, ...arrays, ...over }, 1, 9), `${name} ${value}`).toThrow()
        if (name in adamw) expect(() => checkOptimizer({ ...adamw, ...over }), `${name} ${value}`).toThrow()
      }
    }
    expect(() => checkTemperature(1e-5)).toThrow()
  })
})

describe('threads of the environment', () => {
  it.each(['1025', '99999999', '4096,2', '1e9'])('%s is refused unless threads are given', (found) => {
    expect(() => checkThreadsOfEnvironment(0, found)).toThrow(
      `OMP_NUM_THREADS is ${found}: the engine starts at most 1024`,
    )
    expect(() => checkThreadsOfEnvironment(2, found)).not.toThrow()
  })
  it.each([undefined, '', '1', '1024', '8,4', 'many'])('%s is not', (found) => {
    expect(() => checkThreadsOfEnvironment(0, found)).not.toThrow()
  })
})

describe('counts', () => {
  it('have an upper bound, which the error says', () => {
    for (const [group, { properties }] of Object.entries(describedGroups)) {
      for (const [key, field] of Object.entries(properties!)) {
        if (field.type !== 'integer' || field.minimum !== 1) continue
        expect(field.maximum, `${group}.${key}`).toBeLessThan(2 ** 31)
        expect(() => set(`${group}.${key}`, 1e12)).toThrow(`from 1 to ${field.maximum}`)
      }
    }
    expect(() => resolveConfig([parseOverride('instruct.promptsPerRound=1e9')])).toThrow(
      /instruct\.promptsPerRound = 1000000000: expected a whole number from 1 to 4096/,
    )
  })

  it('may not make more tokens together than a call holds', () => {
    const of =
      (...texts: string[]) =>
      () =>
        resolveConfig(texts.map(parseOverride))
    const asked = ['rollout.promptsPerRound=1000', 'rollout.samplesPerPrompt=1000']
    expect(of(...asked, 'rollout.maxNewTokens=3000')).toThrow(/rollout\.promptsPerRound = 1000, .* lower one of them/)
    expect(of(...asked, 'rollout.maxNewTokens=2000')).not.toThrow()
    expect(of('instruct.promptsPerRound=4096', 'instruct.samplesPerPrompt=65536', 'instruct.maxNewTokens=1')).toThrow(
      /make 268435456 samples of a round, which may have 1048576/,
    )
  })

  it('of milliseconds are at most what a timer takes', () => {
    for (const key of ['reward.timeLimitMs', 'reward.scorerLimitMs']) expect(() => set(key, 2 ** 31)).toThrow(key)
    expect(() => flagsOf(gradeLine.flags).timeLimitMs!.parse!('3e9')).toThrow(/Expected/)
    expect(() => flagsOf(instructLine.flags).count!.parse!('1e12')).toThrow(/Expected/)
  })
})

it.each([
  [{ whole: true, least: 0, most: 5 }, 'a whole number from 0 to 5'],
  [{ least: 0, below: 1 }, 'a number of at least 0, below 1'],
  [{ above: 0, most: 1 }, 'a number above 0, at most 1'],
  [{}, 'a number'],
] as const)('%j is said as "%s"', (bounds, text) => {
  expect(boundsText(bounds)).toBe(text)
})
