import { type Alias, type Document, isAlias, LineCounter, parseDocument, visit } from 'yaml'
import { UserError } from '../errors.ts'

/** Explanations of the parser's error codes for the author of a config. */
const mistakes: Readonly<Record<string, string>> = {
  BAD_INDENT: 'indented differently from the lines it belongs with, or a [ or { above is not closed',
  TAB_AS_INDENT: 'a tab at the start of the line: indent with spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'one setting inside another: indent the settings of a group equally, and quote a text that contains ": "',
  MULTILINE_IMPLICIT_KEY: 'a name without a colon and a space after it',
  MISSING_CHAR: 'a closing quote or bracket is missing before this point, or a colon after a name',
  UNEXPECTED_TOKEN: 'unexpected here: an extra bracket, or a list among settings',
  DUPLICATE_KEY: 'the same name appears twice',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  BAD_DQ_ESCAPE: 'in double quotes write \\\\ for \\, or use single quotes',
  TAG_RESOLVE_FAILED: 'a text that begins with ! needs quotes',
  MULTIPLE_DOCS: 'a second document begins: a config is a single document',
}

/**
 * Parses YAML.
 * @param where how messages name a line and a column, both from 1: "my.yaml:3:1"
 * @throws UserError saying where, what is wrong, and the text there
 */
export function parseYaml(text: string, where: (line: number, column: number) => string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, logLevel: 'error' })
  const alias = strayAlias(document)
  // an unknown !tag is only a warning to the parser, and would be dropped from the value
  const [error] = [...document.errors, ...document.warnings]
  if (error === undefined && alias === null) return document.toJS()
  const { line, col } = lineCounter.linePos(error?.pos[0] ?? alias!.range![0])
  const what = error === undefined ? 'a text that begins with * needs quotes' : mistakes[error.code]
  const found = text.split('\n')[line - 1]?.trim() ?? ''
  const shown = found === '' ? 'the end of the text' : JSON.stringify(found)
  throw new UserError(`${where(line, col)}: ${what ?? 'this is not YAML'} (found ${shown})`, { cause: error })
}

/** Each name after a * must have been given by a & before it. */
function strayAlias(document: Document): Alias | null {
  let stray: Alias | null = null
  visit(document, (_key, node) => {
    if (!isAlias(node) || node.resolve(document) !== undefined) return undefined
    stray = node
    return visit.BREAK
  })
  return stray
}
