import { Document, isMap, isScalar } from 'yaml'
import { settings } from './keys.ts'
import type { Config } from './schema.ts'

/**
 * A config as YAML, each setting under its line of documentation; reading it gives the same config.
 * @param preset what it started from, for the record: every setting is written out, and counts
 */
export function configText(config: Config, preset: string | null = null): string {
  const document = new Document(preset === null ? config : { preset, ...config })
  document.commentBefore = ' The resolved settings of this run.'
  if (isMap(document.contents)) {
    for (const group of document.contents.items) {
      if (!isMap(group.value) || !isScalar(group.key)) continue
      for (const field of group.value.items) {
        if (!isScalar(field.key)) continue
        field.key.commentBefore = ` ${settings.get(`${group.key.value}.${field.key.value}`)}`
      }
    }
  }
  return document.toString({ lineWidth: 120 })
}
