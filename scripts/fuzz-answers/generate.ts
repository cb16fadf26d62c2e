// Random pairs of answers, each labelled by how it was made: two spellings of one answer, or an answer and a changed
// one. Usage: npx tsx scripts/fuzz-answers/generate.ts COUNT SEED > pairs.jsonl
import { type Draw, drawing } from './draw.ts'
import { type Expression, mutate, randomExpression, spell } from './expressions.ts'
import { structures } from './structures.ts'

const [count, seed] = [Number(process.argv[2] ?? 500), Number(process.argv[3] ?? 1)]

for (let i = 0; i < count; i += 1) {
  const draw = drawing(seed * 1_000_003 + i)
  const structure = draw.pick(structures)
  const parts = Array.from({ length: structure.size(draw) }, () => randomExpression(draw, structure.depth))
  const equal = draw.chance(0.5)
  const others = equal ? parts : changed(parts, draw)
  const gold = structure.write(
    parts.map((part) => spell(part, draw)),
    draw,
  )
  const prediction = structure.write(
    others.map((part) => spell(part, draw)),
    draw,
  )
  const line = { id: `${structure.name}:${seed}:${i}`, gold: `$${gold}$`, prediction: `$${prediction}$`, made: equal }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function changed(parts: readonly Expression[], draw: Draw): Expression[] {
  const at = draw.below(parts.length)
  return parts.map((part, i) => (i === at ? mutate(part, draw) : part))
}
