import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { settingsPage } from '../../../scripts/docs/settings-page.ts'
import { settings } from '../../../src/config/keys.ts'

const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8')

it('docs/settings.md is up to date with the schema', async () => {
  expect(page).toBe(await settingsPage())
})

it('every setting has a row', () => {
  for (const key of settings.keys()) expect(page).toContain(`| \`${key}\` | `)
})
