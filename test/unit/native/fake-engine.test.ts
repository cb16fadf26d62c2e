import { createRandom } from '../../../src/random.ts'
import { describeEngine } from '../../contract/engine.ts'
import { fakeShapes, openFakeEngine } from '../../support/fake-engine.ts'

const vocabSize = 32
const maxPositions = 512

describeEngine('fake (bigram)', {
  open: async () => {
    const random = createRandom(['fake-engine'])
    const table = Float32Array.from({ length: vocabSize ** 2 }, () => 2 * random.float() - 1) // [V, V]
    return {
      engine: await openFakeEngine({ table, reference: true, maxPositions }),
      vocabSize,
      shapes: fakeShapes(vocabSize),
      maxPositions,
    }
  },
})
