/**
 * A word as a shell reads it: bare where it can be, else quoted. Line ends and tabs are written $'\\n', which bash, zsh
 * and ksh support.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  const quoted = text.replaceAll("'", "'\\''")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what plain quotes cannot show
  if (!/[\x00-\x1f]/.test(text)) return `'${quoted}'`
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')
  return `$'${escaped}'`
}
