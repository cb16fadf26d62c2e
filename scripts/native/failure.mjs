/** What stops a build, with the text the user reads: exit 2 for what the user can mend, 1 for what is ours. */
export class BuildFailure extends Error {
  /**
   * @param {string} message what, where, and what to do; shown without a stack
   * @param {1 | 2 | 130} exitCode
   */
  constructor(message, exitCode = 2) {
    super(message)
    this.name = 'BuildFailure'
    this.exitCode = exitCode
  }
}
