import { NEWEST_TORCH, OLDEST_TORCH } from './pins.mjs'
import { capture } from './run-process.mjs'
import { compareVersions, parseVersion } from './version.mjs'

// finds the package without importing it: an import of torch takes seconds
const PROBE = `
import importlib.util, json, os, re, sys
found = {"python": sys.executable, "pip": importlib.util.find_spec("pip") is not None, "torch": None}
spec = importlib.util.find_spec("torch")
if spec is not None and spec.submodule_search_locations:
    folder = list(spec.submodule_search_locations)[0]
    try:
        with open(os.path.join(folder, "version.py")) as file:
            version = re.search(r"__version__\\s*=\\s*['\\"]([^'\\"]+)", file.read())
        if version:
            found["torch"] = {"folder": folder, "version": version.group(1)}
    except OSError:
        pass
print(json.dumps(found))
`

/**
 * @typedef {{ folder: string, version: string }} InstalledTorch
 * @typedef {{ command: string, python: string, pip: boolean, torch: InstalledTorch | null }} Python
 */

/**
 * The first Python 3 on the PATH that answers, whether it has pip, and the torch installed in it.
 * @returns {Python | null} null: there is no Python 3
 */
export function findPython() {
  for (const command of ['python3', 'python']) {
    const { status, stdout } = capture(command, ['-c', PROBE])
    if (status !== 0) continue
    try {
      return { command, ...JSON.parse(stdout) }
    } catch {
      // something else by that name, or a Python 2
    }
  }
  return null
}

/** @param {string} version e.g. "2.15.0+cu132" */
export function torchSupported(version) {
  const numbers = parseVersion(version)
  return numbers !== null && compareVersions(numbers, OLDEST_TORCH) >= 0 && compareVersions(numbers, NEWEST_TORCH) <= 0
}
