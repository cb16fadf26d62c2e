/** A build failure with its message for the user: exit 2 if the user can fix it, 1 if it is our fault. */
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
