// What a NativeEngine promises, as one suite: the fake and the real engine both run it.
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import type { NativeEngine } from '../../src/native/types.ts'
import { describeArguments } from './arguments.ts'
import type { ContractOptions, EngineUnderTest } from './fixtures.ts'
import { describeGenerate } from './generate.ts'
import { describeLife } from './life.ts'
import { describeLogprobs } from './logprobs.ts'
import { describeRefusals } from './refusals.ts'
import { describeStorage } from './storage.ts'
import { describeTraining } from './training.ts'

export type { ContractOptions, EngineUnderTest }

export function describeEngine(name: string, { open, tolerance = 1e-4 }: ContractOptions): void {
  describe(`engine contract: ${name}`, () => {
    const opened: NativeEngine[] = []
    const fresh = async (): Promise<EngineUnderTest> => {
      const under = await open()
      opened.push(under.engine)
      return under
    }
    let shared: EngineUnderTest // for tests that leave no trace
    beforeAll(async () => {
      shared = await open()
    })
    afterAll(() => shared.engine.close())
    afterEach(async () => {
      for (const engine of opened.splice(0)) await engine.close()
    })
    describeGenerate(() => shared, tolerance)
    describeArguments(() => shared)
    describeLogprobs(() => shared, tolerance)
    describeTraining(fresh, tolerance)
    describeRefusals(fresh)
    describeStorage(fresh)
    describeLife(fresh)
  })
}
