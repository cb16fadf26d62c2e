// config.json is untrusted: "num_hidden_layers": 5e7 must be an error, not an allocation.
// Every size that it names is a side of a tensor, and there is a layer's tensor for every layer; so the weights' header,
// whose tensors fill its file, bounds them all.
import type { TensorSource } from '../native/types.ts'
import type { Limit } from './json-fields.ts'

/** What the sizes in a config.json can be at most. */
export interface SizeBounds {
  readonly layers: Limit
  readonly side: Limit // of hidden states, feed-forward, vocabulary and all heads together
  readonly headDim: Limit
}

// far above every model there is; a sparse file can claim any size
const most = { layers: 10_000, side: 2 ** 31 - 1, headDim: 2 ** 16 }

/** The sizes that a model can have at most, where no weights are known. */
export const anyWeights: SizeBounds = {
  layers: { most: most.layers, why: 'no model has more' },
  side: { most: most.side, why: 'it is a 32-bit number' },
  headDim: { most: most.headDim, why: 'no model has more' },
}

/** The sizes that a model with these tensors can have at most. */
export function sizeBounds(tensors: readonly Pick<TensorSource, 'shape'>[]): SizeBounds {
  // a tensor without elements has no bytes to bound its other sides
  const sides = tensors.filter(({ shape }) => !shape.includes(0)).map(({ shape }) => Math.max(1, ...shape))
  const longest = sides.reduce((a, b) => Math.max(a, b), 0)
  const side = smaller(
    { most: longest, why: `the longest side of a tensor in the weights is ${longest}` },
    anyWeights.side,
  )
  return {
    layers: smaller({ most: tensors.length, why: `the weights have ${tensors.length} tensors` }, anyWeights.layers),
    side,
    headDim: smaller(side, anyWeights.headDim),
  }
}

const smaller = (a: Limit, b: Limit): Limit => (a.most <= b.most ? a : b)
