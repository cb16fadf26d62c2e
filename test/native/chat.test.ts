// serl chat as a user runs it: the compiled program, the real engine, a pipe or a real terminal.
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { noTerminal, openTerminal } from '../support/terminal.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const serl = join(root, 'bin/serl.js')
const model = join(root, 'seeds/demo-model')
const settings = ['--suffix', '\n', '--max-new-tokens', '60']
const question = 'A tram carries 13, 9 and 8 people on three trips to Cairo. Find the average.'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program with lines on stdin. */
const piped = (args: readonly string[], lines: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [serl, ...args], { cwd: root })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (data) => (stdout += data))
    child.stderr.on('data', (data) => (stderr += data))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(lines.map((line) => `${line}\n`).join(''))
  })

describe('from a pipe', () => {
  it('answers are those of serl generate', async () => {
    const input = join(await tempFolder(), 'in.jsonl')
    await writeFile(input, `${JSON.stringify({ prompt: question })}\n`)
    const generate = ['generate', '--model', model, '--input', input, '--temperature', '0', '--quiet', ...settings]
    const expected = JSON.parse((await piped(generate, [])).stdout) as { text: string }
    const lines = [question, '/reset', '/set temperature 0', question, '', '/quit', 'never asked']
    const { code, stdout } = await piped(['chat', '--model', model, '--temperature', '0', ...settings], lines)
    expect(code).toBe(0)
    expect(stdout).toBe(`${expected.text.trimStart()}\n`.repeat(2).replaceAll('\n\n', '\n'))
  })

  it('two models answer each question, and --json has them all', async () => {
    const two = ['chat', '--model', model, '--model', model, '--temperature', '0', ...settings]
    const { stdout } = await piped(two, [question])
    const [a, b] = stdout.split('B: ') as [string, string]
    expect(a).toMatch(/^A: \S/)
    expect(a.slice(3)).toBe(b) // the same model twice
    const { exchanges } = JSON.parse((await piped([...two, '--json'], [question, '/reset', question])).stdout)
    expect(exchanges).toHaveLength(2)
    expect(exchanges[0].replies[0]).toMatchObject({ model, text: exchanges[1].replies[1].text, finishReason: 'stop' })
  })

  it('shows the prompt as it was sent, and refuses what it does not know', async () => {
    const { stderr } = await piped(
      ['chat', '--model', model, '--system', 'Be brief.', ...settings],
      [question, '/template'],
    )
    expect(stderr).toContain(`Be brief.\n\n${question}\n`)
    const refused = await piped(['chat', '--model', model, ...settings], ['/sytem x'])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/there is no \/sytem/) })
    const three = await piped(['chat', ...Array(3).fill(['--model', model]).flat()], [])
    expect(three).toMatchObject({ code: 2, stderr: expect.stringMatching(/--model is given 3 times/) })
  })
})

describe.skipIf(noTerminal !== null)(`on a terminal${noTerminal === null ? '' : ` (${noTerminal})`}`, () => {
  const chat = (...args: string[]): string[] => [
    process.execPath,
    serl,
    'chat',
    ...args,
    '--temperature',
    '0',
    ...settings,
  ]

  it('talks, keeps what was said, and ends with /quit', async () => {
    const terminal = await openTerminal(chat('--model', model), { columns: 100 })
    await terminal.until(/^> $|^>$/m)
    await terminal.type(question, 'Enter')
    await terminal.until(/boxed/)
    await terminal.until(/\n>$/)
    await terminal.type('/template', 'Enter')
    await terminal.until(/tokens\n/)
    await terminal.type('/quit', 'Enter')
    expect(await terminal.exit()).toBe(0)
  })

  it('two models answer side by side; in a narrow terminal one after the other', async () => {
    const wide = await openTerminal(chat('--model', model, '--model', model), { columns: 100 })
    await wide.until(/^>$/m)
    await wide.type(question, 'Enter')
    const lines = await wide.until(/│.*\n>$/s)
    expect(lines.join('\n')).toMatch(/^A +│ B$/m)
    const answers = lines.filter((line) => line.includes('│')).map((line) => line.split('│').map((part) => part.trim()))
    for (const [a, b] of answers.slice(1)) expect(a).toBe(b)
    await wide.type('C-d')
    expect(await wide.exit()).toBe(0)
    const narrow = await openTerminal(chat('--model', model, '--model', model), { columns: 60 })
    await narrow.until(/^>$/m)
    await narrow.type(question, 'Enter')
    expect((await narrow.until(/B: /)).join('\n')).toMatch(/A: .*B: /s)
  })

  it('ends with Ctrl-C at the prompt', async () => {
    const terminal = await openTerminal(chat('--model', model), { columns: 100 })
    await terminal.until(/^>$/m)
    await terminal.type('C-c')
    expect(await terminal.exit()).toBe(0)
  })
})
