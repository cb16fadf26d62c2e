import { statusLine } from '../../log/status-line.ts'
import { type DescribedModel, type ModelSettings, type OpenedModel, openModel } from '../../model/open-model.ts'

/**
 * Loads a model without a reference; its progress is shown on a terminal.
 * @throws as openModel
 */
export async function openShown(
  described: DescribedModel,
  settings: ModelSettings,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<OpenedModel> {
  const status = statusLine(quiet)
  try {
    return await openModel(described, settings, false, (done, total) => status.show('loading the model', done, total))
  } finally {
    status.clear()
  }
}
