// Peak memory and time of opening a checkpoint: npx tsx bench/open.ts MODEL [float32|bfloat16]
import { readCheckpoint } from '../src/model/checkpoint.ts'
import { loadAddon } from '../src/native/binding.ts'
import { openEngine } from '../src/native/engine.ts'
import type { Dtype } from '../src/native/types.ts'

const [dir, dtype = 'float32'] = process.argv.slice(2)
if (dir === undefined) throw new Error('name a checkpoint folder')
const { config, weights } = await readCheckpoint(dir)
loadAddon().threads() // load libtorch first, so that it is not counted
const before = process.resourceUsage().maxRSS * 1024
const began = performance.now()
const engine = await openEngine({
  model: config,
  weights,
  device: 'cpu',
  dtype: dtype as Dtype,
  reference: false,
  kvCacheBytes: 1 << 28,
  threads: 0,
})
const seconds = (performance.now() - began) / 1000
const peak = process.resourceUsage().maxRSS * 1024 - before
const { weightsBytes } = engine.memory()
await engine.close()
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
console.log(
  `${dtype}: weights ${mib(weightsBytes)}, peak above the start ${mib(peak)} (${(peak / weightsBytes).toFixed(2)} times), ${seconds.toFixed(2)} s`,
)
