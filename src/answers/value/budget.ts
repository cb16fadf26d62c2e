/** Work left for evaluating the expressions of one answer, in steps of about a microsecond. */
export interface Budget {
  left: number
}

export const EVALUATION_STEPS = 100_000

export const newBudget = (): Budget => ({ left: EVALUATION_STEPS })

/** Thrown when the budget is spent: one shared object. */
export const GIVEN_UP = new Error('evaluating this expression takes too long')

export function spend(budget: Budget, steps: number): void {
  budget.left -= steps
  if (budget.left < 0) throw GIVEN_UP
}
