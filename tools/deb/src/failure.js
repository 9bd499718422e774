// @ts-check
/** A problem that has been understood: one line that says what is wrong, and what to do. */
export class Failure extends Error {
  /**
   * @param {string} problem
   * @param {string} advice
   */
  constructor(problem, advice) {
    super(`${problem}. ${advice}`);
  }
}
