// Bundles the browser's part of the dashboard: src/page/client to dist/page/client. Part of npm run build.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { argv, pid } from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @param {string} folder where page.js, page.css and index.html go */
export async function buildPage(folder) {
  const client = join(root, 'src', 'page', 'client')
  const { outputFiles } = await build({
    entryPoints: { page: join(client, 'main.tsx') },
    outdir: folder,
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: ['chrome111', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'eof',
    logLevel: 'warning',
  })
  mkdirSync(folder, { recursive: true })
  for (const { path, text } of outputFiles) put(join(folder, basename(path)), text)
  put(join(folder, 'index.html'), readFileSync(join(client, 'index.html'), 'utf8'))
}

/** A server that reads it meanwhile gets the old file or the new one. */
function put(path, text) {
  writeFileSync(`${path}.${pid}`, text)
  renameSync(`${path}.${pid}`, path)
}

if (argv[1] === fileURLToPath(import.meta.url)) await buildPage(join(root, 'dist', 'page', 'client'))
