import { UserError } from '../errors.ts'
import type { JsonFields } from './json-fields.ts'
import { describe, jsonFields } from './json-fields.ts'
import { type RopeFrequencies, type RopeParameters, ropeFrequencies, yarnAttentionFactor } from './rope.ts'

const supported = 'default, linear, llama3, yarn'

/**
 * Angular frequencies, and the factor on cos and sin, that a config.json specifies.
 * @param model.headDim elements a head has; even, and bounded: the table is made
 * @throws UserError as parseRope, and for parameters that give non-finite angles
 */
export function ropeTable(
  config: JsonFields,
  where: string,
  { maxPositions, headDim }: { readonly maxPositions: number; readonly headDim: number },
): RopeFrequencies {
  const table = ropeFrequencies(parseRope(config, where, maxPositions), headDim)
  // a factor of 1e-320 is 0 in float32
  const isUsable = table.frequencies.every(Number.isFinite) && Math.fround(Math.abs(table.scale)) < Infinity
  if (isUsable) return table
  const given = config.raw.rope_scaling ?? config.raw.rope_parameters ?? {}
  throw new UserError(`${where}: the rope parameters ${describe(given)} give angles that are not finite numbers`)
}

/**
 * Rope parameters of a config.json, in the style of transformers 4 (rope_theta, rope_scaling) or 5 (rope_parameters).
 * Where both stand, rope_scaling wins and rope_theta fills in, as in transformers 5's convert_rope_params_to_dict.
 * @param maxPositions the model's max_position_embeddings: what original_max_position_embeddings defaults to
 * @throws UserError for a rope type, or a partial rotation, that the engine does not have
 */
export function parseRope(config: JsonFields, where: string, maxPositions: number): RopeParameters {
  const key = config.has('rope_scaling') ? 'rope_scaling' : 'rope_parameters'
  const place = `${where}: "${key}"`
  const rope = jsonFields(config.raw[key] ?? {}, place)
  refuseUnsupported(config, rope, place)

  const theta = rope.has('rope_theta') ? rope.number('rope_theta') : config.number('rope_theta', 10_000)
  if (!(theta > 1)) throw new UserError(`${where}: "rope_theta" must be above 1, found ${theta}`)
  const type = rope.text('rope_type') ?? rope.text('type') ?? 'default'
  const originalMaxPositions = () =>
    config.has('original_max_position_embeddings')
      ? config.integer('original_max_position_embeddings')
      : rope.integer('original_max_position_embeddings', maxPositions)

  switch (type) {
    case 'default':
      return { type, theta }
    case 'linear':
      return { type, theta, factor: positive(rope, 'factor', place) }
    case 'llama3':
      return {
        type,
        theta,
        factor: positive(rope, 'factor', place),
        lowFreqFactor: positive(rope, 'low_freq_factor', place),
        highFreqFactor: positive(rope, 'high_freq_factor', place),
        originalMaxPositions: originalMaxPositions(),
      }
    case 'yarn':
      return yarn(rope, theta, place, { maxPositions, originalMaxPositions: originalMaxPositions() })
    default:
      throw new UserError(`${place}: rope type ${describe(type)} is not supported; supported are ${supported}`)
  }
}

function yarn(
  rope: JsonFields,
  theta: number,
  place: string,
  positions: { maxPositions: number; originalMaxPositions: number },
): RopeParameters {
  const { maxPositions, originalMaxPositions } = positions
  // a null factor means the ratio of the two context lengths (DeepSeek-V3's style)
  const factor = rope.has('factor') ? positive(rope, 'factor', place) : maxPositions / originalMaxPositions
  const attentionFactor =
    rope.optionalNumber('attention_factor') ??
    yarnAttentionFactor(factor, rope.optionalNumber('mscale'), rope.optionalNumber('mscale_all_dim'))
  return {
    type: 'yarn',
    theta,
    factor,
    originalMaxPositions,
    betaFast: rope.optionalNumber('beta_fast') || 32,
    betaSlow: rope.optionalNumber('beta_slow') || 1,
    truncate: rope.boolean('truncate', true),
    attentionFactor,
  }
}

function refuseUnsupported(config: JsonFields, rope: JsonFields, place: string): void {
  const nested = Object.entries(rope.raw).find(
    ([, value]) => typeof value === 'object' && !Array.isArray(value) && value,
  )
  if (nested) {
    throw new UserError(
      `${place}: separate rope parameters for ${describe(nested[0])} layers are not supported; all layers must share one set`,
    )
  }
  for (const fields of [rope, config]) {
    const share = fields.optionalNumber('partial_rotary_factor')
    if (share !== null && share !== 1) {
      throw new UserError(`${place}: partial_rotary_factor ${share} is not supported; heads must be rotated whole (1)`)
    }
  }
  if (rope.has('mrope_section')) {
    throw new UserError(`${place}: mrope_section (multimodal rope) is not supported; supported are ${supported}`)
  }
}

function positive(rope: JsonFields, name: string, place: string): number {
  const value = rope.number(name)
  if (!(value > 0)) throw new UserError(`${place}: "${name}" must be above 0, found ${describe(value)}`)
  return value
}
