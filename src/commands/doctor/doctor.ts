import { cpus, freemem, totalmem } from 'node:os'
import { readLayers } from '../../config/read-settings.ts'
import { resolveConfig } from '../../config/resolve.ts'
import { counted } from '../../log/counted.ts'
import { gib } from '../../memory/memory-plan.ts'
import { addonPath, loadAddon } from '../../native/binding.ts'
import { flagLayers } from '../command-line/given-settings.ts'
import { type Finding, failure } from './finding.ts'
import type { DoctorFlags } from './flags.ts'
import { modelFindings } from './model-findings.ts'

/** `serl doctor`: exit 0 if a run could start, 2 if something must be fixed first. */
export async function doctorCommand(flags: DoctorFlags): Promise<number> {
  const base = flags.config === undefined ? [] : await readLayers(flags.config)
  const config = resolveConfig([...base, ...flagLayers(flags)])
  const model = flags.model ?? config.model.path
  const findings = [nodeFinding(), addonFinding(), ...deviceFindings(config.model.device), memoryFinding()]
  if (model !== null) findings.push(...(await modelFindings(model, { config, source: flags.config })))
  const failed = findings.filter((finding) => finding.status === 'failed').length
  if (flags.json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, findings })}\n`)
  else if (!flags.quiet) process.stdout.write(`${findings.map(findingText).join('\n')}\n`)
  return failed === 0 ? 0 : 2
}

function findingText({ name, status, detail, remedy }: Finding): string {
  const mark = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' }[status]
  const lines = [`${mark}  ${name.padEnd(14)}  ${detail.replaceAll('\n', `\n${' '.repeat(25)}`)}`]
  if (remedy !== undefined) lines.push(`${' '.repeat(25)}-> ${remedy}`)
  return lines.join('\n')
}

const oldestNode = 20

function nodeFinding(): Finding {
  const fits = Number(process.versions.node.split('.')[0]) >= oldestNode
  const detail = `${process.version}, ${process.platform} ${process.arch}`
  if (fits) return { name: 'Node', status: 'ok', detail }
  return { name: 'Node', status: 'failed', detail, remedy: `install Node ${oldestNode} or newer` }
}

function addonFinding(): Finding {
  try {
    return { name: 'native engine', status: 'ok', detail: `libtorch ${loadAddon().libtorch}\n${addonPath()}` }
  } catch (error) {
    return failure('native engine', error, 'npm run build:native')
  }
}

function deviceFindings(device: string): Finding[] {
  const processors: Finding = { name: 'CPU', status: 'ok', detail: `${cpus().length} cores, ${cpus()[0]?.model ?? ''}` }
  const devices = cudaDevices()
  if (devices > 0) return [processors, { name: 'CUDA', status: 'ok', detail: counted(devices, 'device') }]
  const detail = 'no CUDA device that this build can use'
  if (device === 'cpu') return [processors, { name: 'CUDA', status: 'ok', detail }]
  const remedy = 'SERL_DEVICE=cuda npm run build:native on a machine with an NVIDIA driver, or --device cpu'
  return [processors, { name: 'CUDA', status: 'failed', detail, remedy }]
}

function cudaDevices(): number {
  try {
    return loadAddon().cudaDevices()
  } catch {
    return 0
  }
}

const memoryFinding = (): Finding => ({
  name: 'memory',
  status: 'ok',
  detail: `${gib(totalmem())}, ${gib(freemem())} free`,
})
