// Sampling with node-llama-cpp on the CPU; one JSON line. node-llama-cpp.mjs FOLDER MODEL.gguf PROMPTS.jsonl PROMPTS
// SAMPLES NEW THREADS
// FOLDER is where `npm i node-llama-cpp` ran; PROMPTS.jsonl: {"tokens": [...]} per line. Temperature 1, end-of-sequence
// ignored; all samples are evaluated together, each with its own sequence.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, modelPath, input, ...counts] = process.argv.slice(2)
const [prompts, samples, newTokens, threads] = counts.map(Number)
const entry = join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')
const { getLlama } = await import(pathToFileURL(entry).href)
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads })
const model = await llama.loadModel({ modelPath })
const rows = readFileSync(input, 'utf8').trim().split('\n').slice(0, prompts)
const tokens = rows.map((row) => JSON.parse(row).tokens)
const longest = Math.max(...tokens.map((row) => row.length))
const contextSize = Math.ceil((longest + newTokens) / 256) * 256 // of each sequence
const sampling = { temperature: 1, topK: 0, topP: 1, minP: 0, yieldEogToken: true }

async function sample(sequence, prompt, seed, count) {
  let drawn = 0
  for await (const _ of sequence.evaluate(prompt, { ...sampling, seed })) if (++drawn >= count) break
  return drawn
}

const warm = await model.createContext({ sequences: 1, contextSize, batchSize: 512, threads })
await sample(warm.getSequence(), tokens[0], 0, 2)
await warm.dispose()
const context = await model.createContext({ sequences: prompts * samples, contextSize, batchSize: 512, threads })
const started = performance.now()
const drawn = await Promise.all(
  tokens.flatMap((prompt) =>
    Array.from({ length: samples }, (_, seed) => sample(context.getSequence(), prompt, seed, newTokens)),
  ),
)
const seconds = (performance.now() - started) / 1000
const units = drawn.reduce((sum, n) => sum + n, 0)
console.log(JSON.stringify({ seconds, units, peakBytes: process.resourceUsage().maxRSS * 1024 }))
process.exit(0)
