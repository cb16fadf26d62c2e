// npm run docs: writes docs/settings.md and presets/config.schema.json from the schema. A unit test compares them.
import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { presetNames } from '../../src/config/read-settings.ts'
import { settingsPage } from './settings-page.ts'

writeFileSync(new URL('../../docs/settings.md', import.meta.url), await settingsPage())
const schema = JSON.stringify(configJsonSchema(presetNames()), null, 1)
writeFileSync(new URL('../../presets/config.schema.json', import.meta.url), `${schema}\n`)
