import { afterEach, describe, expect, it, vi } from 'vitest'
import { interruptSignal } from '../../../../src/commands/shared/interrupt.ts'

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
    expect(said.mock.calls.join('')).toContain('stopping (press Ctrl-C again to quit at once)')
    expect(exit).not.toHaveBeenCalled()
    process.emit('SIGTERM')
    expect(exit).toHaveBeenCalledWith(130)
    release()
  })

  it('ends with the exit code of the work, once released', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const before = process.exitCode
    const { signal, release } = interruptSignal('x')
    release()
    process.exitCode = 0
    process.emit('SIGINT')
    process.exitCode = before
    expect(signal.aborted).toBe(false)
    expect(exit.mock.calls).toEqual([[0]])
  })

  it('leaves one listener, however often it is called', () => {
    for (let i = 0; i < 20; i++) interruptSignal('x').release()
    expect(process.listenerCount('SIGINT')).toBe(1)
    expect(process.listenerCount('SIGTERM')).toBe(1)
    expect(process.listenerCount('SIGHUP')).toBe(1)
  })
})
