import { afterEach, describe, expect, it, vi } from 'vitest'
import { interruptSignal } from '../../../src/commands/interrupt.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('interruptSignal', () => {
  it('aborts at the first Ctrl-C, quits at the second', () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const { signal, release } = interruptSignal('stopping')
    expect(signal.aborted).toBe(false)
    process.emit('SIGINT')
    expect(signal.aborted).toBe(true)
    expect(said.mock.calls.join('')).toContain('stopping (again: quit at once)')
    expect(exit).not.toHaveBeenCalled()
    process.emit('SIGTERM')
    expect(exit).toHaveBeenCalledWith(130)
    release()
  })

  it('leaves no listener behind', () => {
    const before = process.listenerCount('SIGINT')
    interruptSignal('x').release()
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})
