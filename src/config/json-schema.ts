import { z } from 'zod'
import { furtherSetSchema } from './evaluation-schema.ts'
import { configSchema } from './schema.ts'

type Json = Readonly<Record<string, unknown>>

/** What an editor knows that reads only a name and a type. */
const draft = { io: 'input', target: 'draft-7' } as const

/**
 * The settings of a config file as a JSON schema, for editors: presets/config.schema.json. Only a form is described; what
 * settings mean together is checked as a run starts.
 * @param presets names that `preset` may have
 */
export function configJsonSchema(presets: readonly string[]): Json {
  const { $schema, properties } = z.toJSONSchema(configSchema, draft) as { $schema: string; properties: Json }
  const groups = Object.entries(properties).map(([name, group]) => [name, groupSchema(name, group as Json)])
  return {
    $schema,
    title: 'Settings of a SeRL run',
    type: 'object',
    properties: {
      preset: { enum: presets, description: 'the preset that the other settings change; without one, the defaults' },
      ...Object.fromEntries(groups),
    },
    additionalProperties: false,
  }
}

/** A group may be empty in YAML; and further sets may be written in several ways. */
function groupSchema(name: string, { default: _, ...group }: Json): Json {
  const properties = name === 'eval' ? withSets(group.properties as Json) : group.properties
  return { ...group, type: ['object', 'null'], properties }
}

function withSets(properties: Json): Json {
  const { $schema: _, ...set } = z.toJSONSchema(furtherSetSchema, draft) as Json
  const one = [{ type: 'string' }, set]
  const written = { anyOf: [...one, { type: 'array', items: { anyOf: one } }, { type: 'null' }] }
  const { description } = properties.sets as Json
  return { ...properties, sets: { description, default: [], ...written } }
}

/** The first line of a config file that editors with a YAML language server read. @param schema path from the file to the schema */
export const schemaLine = (schema: string): string => `# yaml-language-server: $schema=${schema}\n`
