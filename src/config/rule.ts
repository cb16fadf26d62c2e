import type { Config } from './schema.ts'

/** A contradiction between settings, which one field's schema cannot check. */
export interface Rule {
  readonly broken: (config: Config) => boolean
  readonly message: (config: Config) => string // with both values
}
