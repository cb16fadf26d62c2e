import { engineFingerprint, modelFingerprint } from '../../eval/fingerprint.ts'
import type { EvalModel } from '../../eval/settings.ts'
import { describeModel, deviceOf, dtypeOf, requireTrainable } from '../../model/open-model.ts'
import { addonPath } from '../../native/binding.ts'
import type { NativeEngine } from '../../native/types.ts'
import { type EngineFlags, modelSettings } from '../command-line/engine-flags.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { openShown } from '../shared/open-shown.ts'

/** A model whose weights are loaded only if a response is not cached. */
export async function openLazily(
  path: string,
  flags: EngineFlags & { readonly date?: string },
  signal: AbortSignal,
): Promise<{ model: EvalModel; close: () => Promise<void> }> {
  const described = await describeModel(path, flags.date)
  warnOfEos(described, flags)
  const settings = modelSettings(path, flags)
  let opening: Promise<NativeEngine> | null = null
  const cancel = (): void => {
    opening?.then((engine) => engine.cancel()).catch(() => {}) // reported where it is awaited
  }
  signal.addEventListener('abort', cancel)
  const model = {
    path,
    fingerprint: await modelFingerprint(path),
    engineFingerprint: await engineFingerprint(addonPath()),
    ...requireTrainable(described),
    maxPositions: described.checkpoint.config.maxPositionEmbeddings,
    device: deviceOf(settings.device),
    dtype: dtypeOf(settings),
    engine: () => {
      opening ??= openShown(described, settings, flags).then(({ engine }) => engine)
      return opening
    },
  }
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', cancel)
    await (await opening)?.close()
  }
  return { model, close }
}
