// Rotary position embeddings (Su et al. 2021, arXiv 2104.09864) with the context extensions that checkpoints use.
// The arithmetic is rounded to float32 after every operation, as transformers' modeling_rope_utils.py does it on
// tensors: the angle of position 8000 depends on the last bits.

export type RopeParameters =
  | { readonly type: 'default'; readonly theta: number }
  | { readonly type: 'linear'; readonly theta: number; readonly factor: number }
  | {
      readonly type: 'llama3'
      readonly theta: number
      readonly factor: number
      readonly lowFreqFactor: number
      readonly highFreqFactor: number
      readonly originalMaxPositions: number
    }
  | {
      readonly type: 'yarn'
      readonly theta: number
      readonly factor: number
      readonly originalMaxPositions: number
      readonly betaFast: number
      readonly betaSlow: number
      readonly truncate: boolean
      /** Multiplies cos and sin. */
      readonly attentionFactor: number
    }

export interface RopeFrequencies {
  readonly frequencies: Float32Array // [headDim / 2] radians per position
  readonly scale: number // multiplies cos and sin; 1 except for yarn
}

const f32 = Math.fround

/**
 * Angular frequencies of one head, and the factor on cos and sin.
 * @param headDim elements a head has; even
 */
export function ropeFrequencies(rope: RopeParameters, headDim: number): RopeFrequencies {
  const wavelengthBases = thetaPowers(rope.theta, headDim) // [headDim / 2]
  const plain = wavelengthBases.map((power) => f32(1 / power))
  switch (rope.type) {
    case 'default':
      return { frequencies: plain, scale: 1 }
    case 'linear':
      return { frequencies: plain.map((frequency) => f32(frequency / f32(rope.factor))), scale: 1 }
    case 'llama3':
      return { frequencies: plain.map((frequency) => llama3Frequency(frequency, rope)), scale: 1 }
    case 'yarn':
      return { frequencies: yarnFrequencies(wavelengthBases, headDim, rope), scale: rope.attentionFactor }
  }
}

/**
 * YaRN's factor on cos and sin (Peng et al. 2023, arXiv 2309.00071, eq. 22; mscale as DeepSeek-V2 has it).
 * @param mscale, mscaleAllDim null = not given; both are needed for either to count
 */
export function yarnAttentionFactor(factor: number, mscale: number | null, mscaleAllDim: number | null): number {
  const of = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  return mscale && mscaleAllDim ? of(mscale) / of(mscaleAllDim) : of(1)
}

/** theta ^ (2i / headDim): [headDim / 2] */
function thetaPowers(theta: number, headDim: number): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => theta ** f32((2 * i) / headDim))
}

/** Llama 3.1: long wavelengths are stretched by the factor, short ones kept, those between blended. */
function llama3Frequency(frequency: number, rope: RopeParameters & { type: 'llama3' }): number {
  const wavelength = f32(f32(2 * Math.PI) / frequency)
  if (wavelength < f32(rope.originalMaxPositions / rope.highFreqFactor)) return frequency
  const stretched = f32(frequency / f32(rope.factor))
  if (wavelength > f32(rope.originalMaxPositions / rope.lowFreqFactor)) return stretched
  const turns = f32(f32(rope.originalMaxPositions) / wavelength)
  const smooth = f32(f32(turns - f32(rope.lowFreqFactor)) / f32(rope.highFreqFactor - rope.lowFreqFactor))
  const slow = f32(f32(f32(1 - smooth) * frequency) / f32(rope.factor))
  return f32(slow + f32(smooth * frequency))
}

/** YaRN, sections 3.2 and 3.4: dimensions that turn often are kept, those that turn little are stretched. */
function yarnFrequencies(
  powers: Float32Array, // [headDim / 2]
  headDim: number,
  rope: RopeParameters & { type: 'yarn' },
): Float32Array {
  const dimensionOf = (turns: number) =>
    (headDim * Math.log(rope.originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(rope.theta))
  const round = rope.truncate ? Math : { floor: (x: number) => x, ceil: (x: number) => x }
  const low = Math.max(round.floor(dimensionOf(rope.betaFast)), 0)
  let high = Math.min(round.ceil(dimensionOf(rope.betaSlow)), headDim - 1)
  if (low === high) high += 0.001 // as transformers: no division by zero
  return powers.map((power, i) => {
    const ramp = Math.min(Math.max(f32(f32(i - f32(low)) / f32(high - low)), 0), 1)
    const kept = f32(1 - ramp)
    const stretched = f32(1 / f32(f32(rope.factor) * power))
    return f32(f32(stretched * f32(1 - kept)) + f32(f32(1 / power) * kept))
  })
}
