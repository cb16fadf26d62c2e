import { type DescribedModel, eosWarning } from '../../model/open-model.ts'

/** Warns on stderr, before anything is computed, where the tokenizer alone names an EOS token. */
export function warnOfEos(described: DescribedModel, { quiet = false }: { readonly quiet?: boolean }): void {
  const warning = eosWarning(described)
  if (warning !== null && !quiet) process.stderr.write(`warning: ${warning}\n`)
}
