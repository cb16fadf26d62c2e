/** @typedef {'node' | 'cmake' | 'ninja' | 'compiler' | 'python' | 'pip'} ToolName */

/** @type {Record<'debian' | 'fedora' | 'macos', Record<ToolName, string>>} */
const PACKAGES = {
  debian: {
    node: 'nodejs',
    cmake: 'cmake',
    ninja: 'ninja-build',
    compiler: 'g++',
    python: 'python3 python3-pip',
    pip: 'python3-pip',
  },
  fedora: {
    node: 'nodejs',
    cmake: 'cmake',
    ninja: 'ninja-build',
    compiler: 'gcc-c++',
    python: 'python3 python3-pip',
    pip: 'python3-pip',
  },
  macos: { node: 'node', cmake: 'cmake', ninja: 'ninja', compiler: '', python: 'python', pip: 'python' },
}

/**
 * The lines that install the tools: one each for Debian/Ubuntu, Fedora and macOS.
 * @param {readonly ToolName[]} tools
 * @returns {string}
 */
export function installLines(tools) {
  const packages = (system) => [...new Set(tools.map((tool) => PACKAGES[system][tool]).filter((name) => name !== ''))]
  const macos = [
    ...(tools.includes('compiler') ? ['xcode-select --install'] : []),
    ...(packages('macos').length > 0 ? [`brew install ${packages('macos').join(' ')}`] : []),
  ]
  return [
    `  Debian, Ubuntu:  sudo apt-get install ${packages('debian').join(' ')}`,
    `  Fedora:          sudo dnf install ${packages('fedora').join(' ')}`,
    `  macOS:           ${macos.join(' && ')}`,
  ].join('\n')
}

/**
 * @param {readonly { tool: ToolName, why: string }[]} missing
 * @returns {string} one message that names all of them
 */
export function missingMessage(missing) {
  const names = missing.map(({ why }) => `  - ${why}`).join('\n')
  const older = missing.some(({ why }) => why.includes('too old'))
  const newer = older ? '\nIf the system offers only an older one: https://nodejs.org, pip install cmake.' : ''
  return `the native engine cannot be built here:\n${names}\nInstall them with\n${installLines(missing.map(({ tool }) => tool))}${newer}`
}
