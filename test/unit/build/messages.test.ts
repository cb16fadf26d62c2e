import { describe, expect, it } from 'vitest'
import { jobCount, lineSplitter, parseBuildProgress } from '../../../scripts/native/build-progress.mjs'
import { cacheDiffers, compileTrouble, shareDone } from '../../../scripts/native/compile-addon.mjs'
import { fetchProgress, fetchShare, pipArguments } from '../../../scripts/native/fetch-libtorch.mjs'
import { installLines, missingMessage } from '../../../scripts/native/remedies.mjs'
import { progressLine } from '../../../scripts/native/screen.mjs'
import { compilerTooOld, missingForFetch, missingTools } from '../../../scripts/native/tools.mjs'

describe('parseBuildProgress', () => {
  it.each([
    ['[12/34] Building CXX object CMakeFiles/serl.dir/native/core/sampler.cpp.o', '[12/34]', 'compiling sampler.cpp'],
    ['[ 33%] Building CXX object CMakeFiles/serl.dir/native/a.cpp.o', '[33%]', 'compiling a.cpp'],
    ['[34/34] Linking CXX shared library Release/serl.node', '[34/34]', 'linking serl.node'],
    ['[1/9] Building CXX object CMakeFiles/serl_core.dir/cmake_pch.hxx.gch', '[1/9]', 'compiling cmake_pch.hxx'],
    ['[100%] Built target serl', '[100%]', 'Built target serl'],
  ])('%s', (line, done, what) => {
    expect(parseBuildProgress(line)).toEqual({ done, what })
  })

  it('leaves the rest to the log', () => {
    expect(parseBuildProgress('a.cpp:3:5: error: redefinition')).toBeNull()
    expect(parseBuildProgress("  '-DNODE_ARCH=x64',")).toBeNull()
  })
})

describe('jobCount', () => {
  it('is one per core, at 2 GB per job, and at least one', () => {
    expect(jobCount(2, 24e9)).toBe(2)
    expect(jobCount(64, 16e9)).toBe(8)
    expect(jobCount(4, 1e9)).toBe(1)
  })
})

describe('lineSplitter', () => {
  it('joins lines that arrive in pieces', () => {
    const lines: string[] = []
    const feed = lineSplitter((line: string) => lines.push(line))
    for (const piece of ['[1/', '3] a\n[2/3] b\n[3', '/3] c\n']) feed(piece)
    expect(lines).toEqual(['[1/3] a', '[2/3] b', '[3/3] c'])
  })
})

describe('progressLine', () => {
  it('without a terminal writes a line every few seconds, and all important ones', () => {
    const written: string[] = []
    let now = 0
    const screen = progressLine({ write: (text: string) => written.push(text) }, 5000, () => now)
    for (const second of [0, 1, 4, 5, 6]) {
      now = second * 1000
      screen.update(String(second), { always: second === 6 })
    }
    screen.end()
    expect(written).toEqual(['0\n', '5\n', '6\n'])
  })

  it('rewrites one line on a terminal, cut to its width', () => {
    const written: string[] = []
    const screen = progressLine({ write: (text: string) => written.push(text), isTTY: true, columns: 6 })
    screen.update('123456789')
    screen.end()
    expect(written.slice(-2)).toEqual(['12345', '\n'])
  })

  it('shows a bar and the time left on a terminal, once there is a pace', () => {
    const written: string[] = []
    let now = 0
    const out = { write: (text: string) => written.push(text), isTTY: true, columns: 99 }
    const screen = progressLine(out, 5000, () => now)
    for (const [at, share] of [
      [0, 0.2],
      [1000, 0.25],
      [10_000, 0.4],
      [70_000, 1],
    ] as const) {
      now = at
      screen.update('  compiling', { share })
    }
    expect(written.filter((text) => text.includes('compiling'))).toEqual([
      '  ━━━━────────────────  compiling',
      '  ━━━━━───────────────  compiling',
      '  ━━━━━━━━────────────  ETA 0:30  compiling',
      '  ━━━━━━━━━━━━━━━━━━━━  ETA 0:00  compiling',
    ])
  })

  it('knows the share from what Ninja and Make say, and from the bytes that are there', () => {
    expect([shareDone('[17/34]'), shareDone('[50%]'), shareDone('[34/34]'), shareDone('[100%]')]).toEqual([
      0.5, 0.5, 1, 1,
    ])
    const sizes = { downloadMB: 500, installedMB: 1500 }
    expect([fetchShare(0, sizes), fetchShare(1e9, sizes), fetchShare(9e9, sizes)]).toEqual([0, 0.5, 1])
  })
})

describe('fetching', () => {
  it('shows the downloaded amount, then the unpacking', () => {
    const sizes = { downloadMB: 555, installedMB: 1240 }
    expect(fetchProgress(86.4e6, sizes)).toBe('  fetching: 86 of about 555 MB')
    expect(fetchProgress(788e6, sizes)).toBe('  unpacking: 233 of about 1240 MB')
    expect(fetchProgress(9e9, sizes)).toBe('  unpacking: 1240 of about 1240 MB')
  })

  it('asks pip for only the wheels, whichever Python runs it', () => {
    const args: string[] = pipArguments(['torch==2.15.0'], '/cache/x')
    expect(args).toContain('--no-deps')
    expect(args.slice(-3)).toEqual(['--target', '/cache/x', 'torch==2.15.0'])
    expect(args[args.indexOf('--python-version') + 1]).toBe('3.11')
  })
})

const GOOD = {
  node: { path: 'node', version: '20.20.2' },
  cmake: { path: 'cmake', version: 'cmake version 3.25.1' },
  ninja: { path: 'ninja', version: '1.11.1' },
  make: null,
  compiler: { path: 'c++', version: 'c++ (Debian 12.2.0-14+deb12u1) 12.2.0' },
}
const works = () => null

describe('missingTools', () => {
  it('accepts sufficient tools', () => {
    expect(missingTools(GOOD, works)).toEqual([])
    const make = { path: 'make', version: 'GNU Make 4.3' }
    expect(missingTools({ ...GOOD, ninja: null, make }, works)).toEqual([])
  })

  it('names all missing tools at once', () => {
    const missing = missingTools({ ...GOOD, cmake: null, ninja: null, compiler: null }, works)
    expect(missing.map(({ tool }: { tool: string }) => tool)).toEqual(['cmake', 'ninja', 'compiler'])
  })

  it('names outdated tools with their versions', () => {
    const old = {
      ...GOOD,
      cmake: { path: 'cmake', version: 'cmake version 3.22.1' },
      node: { path: '', version: '18.1.0' },
    }
    const [node, cmake] = missingTools(old, works)
    expect(node.why).toContain('18.1.0')
    expect(cmake.why).toContain('3.22.1 is too old: 3.24')
  })

  it("shows the compiler's output if a small C++20 program fails", () => {
    const [compiler] = missingTools(GOOD, () => 'fatal error: span: No such file')
    expect(compiler).toEqual({
      tool: 'compiler',
      why: 'c++ does not compile a small C++20 program: fatal error: span: No such file',
    })
  })

  it.each([
    ['g++ (Ubuntu 9.4.0-1ubuntu1~20.04.2) 9.4.0', true],
    ['g++ (GCC) 11.5.0 20240719 (Red Hat 11.5.0-2)', false],
    ['Ubuntu clang version 13.0.1', true],
    ['Debian clang version 14.0.6', false],
    ['Apple clang version 15.0.0 (clang-1500.3.9.4)', false],
  ])('%s too old: %s', (line, old) => {
    expect(compilerTooOld(line)).toBe(old)
  })

  it('asks for Python and pip only if libtorch has to be fetched', () => {
    expect(missingForFetch('cache', null)).toEqual([])
    expect(missingForFetch('fetch', { python: '/usr/bin/python3', pip: true })).toEqual([])
    expect(missingForFetch('fetch', null)[0].tool).toBe('python')
    expect(missingForFetch('fetch', { python: '/usr/bin/python3', pip: false })[0]).toMatchObject({ tool: 'pip' })
  })
})

describe('what to do', () => {
  it('gives one line for each system', () => {
    expect(installLines(['cmake', 'compiler', 'python'])).toBe(
      [
        '  Debian, Ubuntu:  sudo apt-get install cmake g++ python3 python3-pip',
        '  Fedora:          sudo dnf install cmake gcc-c++ python3 python3-pip',
        '  macOS:           xcode-select --install && brew install cmake python',
      ].join('\n'),
    )
    expect(missingMessage([{ tool: 'cmake', why: 'CMake is not there' }])).toContain(
      '  - CMake is not there\nInstall them',
    )
  })

  it("shows the end of the compiler's log, and mentions memory if it ran out", () => {
    const log = Array.from({ length: 60 }, (_, line) => `line ${line}`).join('\n')
    const message: string = compileTrouble('build', log, '/x/build/native-build.log')
    expect(message).not.toContain('line 19\n')
    expect(message).toContain('line 20\n')
    expect(message).toContain('/x/build/native-build.log')
    expect(compileTrouble('build', `${log}\nc++: fatal error: Killed signal terminated program cc1plus`, '')).toMatch(
      /ran out of memory/,
    )
  })
})

describe('cacheDiffers', () => {
  const cache = 'CMAKE_GENERATOR:INTERNAL=Ninja\nSERL_LIBTORCH:PATH=/a\nCMAKE_CXX_FLAGS:STRING=\n'
  it('compares the entries that were asked for', () => {
    expect(cacheDiffers(cache, { CMAKE_GENERATOR: 'Ninja', SERL_LIBTORCH: '/a' })).toBe(false)
    expect(cacheDiffers(cache, { CMAKE_GENERATOR: 'Unix Makefiles' })).toBe(true)
    expect(cacheDiffers(cache, { SERL_CUDA: 'OFF' })).toBe(true)
  })
})
