import { describe, expect, it } from 'vitest'
import { modelFindings } from '../../../../src/commands/doctor/model-findings.ts'
import { readLayers } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { tinyCheckpoint } from '../../../support/tiny-checkpoint.ts'

const byName = async (model: string, source?: string) => {
  const config = resolveConfig(source === undefined ? [] : await readLayers(source))
  return new Map((await modelFindings(model, { config, source })).map((finding) => [finding.name, finding] as const))
}

describe('modelFindings', () => {
  it('describes a checkpoint, and says what it lacks and what to do', async () => {
    const findings = await byName(await tinyCheckpoint())
    expect(findings.get('checkpoint')).toMatchObject({
      status: 'ok',
      detail: 'LlamaForCausalLM, float32, 64 positions',
    })
    expect(findings.get('EOS')).toMatchObject({ status: 'ok', detail: 'token ids 2' })
    expect(findings.get('tokenizer')).toMatchObject({ status: 'failed' })
    expect(findings.get('tokenizer')!.remedy).toContain('tokenizer.json')
    // 260 x 16 embeddings, 3 norms of 16, q and o 16 x 16, k and v 8 x 16, three of 32 x 16
    expect(findings.get('memory plan')!.detail).toMatch(/parameters +0\.01 million[\s\S]*KV cache/)
  })

  it('says which settings the memory plan is for', async () => {
    const plan = async (source?: string) => (await byName(await tinyCheckpoint(), source)).get('memory plan')!.detail
    expect(await plan()).toMatch(
      /with the default settings \(for others: --config PRESET\):[\s\S]*activations .* tokens per micro-batch[\s\S]*peak/,
    )
    expect(await plan('cpu-100m')).toMatch(/with the settings of cpu-100m:[\s\S]*peak/)
  })

  it('reports a missing end-of-text token', async () => {
    const findings = await byName(await tinyCheckpoint({ eos_token_id: null }))
    expect(findings.get('EOS')).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('generation_config'),
    })
  })

  it('reports a folder that is not a checkpoint', async () => {
    const findings = await byName('/nowhere')
    expect(findings.get('checkpoint')).toMatchObject({ status: 'failed', detail: expect.stringContaining('/nowhere') })
  })
})
