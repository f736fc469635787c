/**
 * The largest rate that `errors` in `trials` do not contradict: the one-sided upper bound of
 * Clopper and Pearson (1934), which holds whatever the rate is.
 *
 * @param confidence 0…1, such as 0.95
 */
export function upperBound(errors: number, trials: number, confidence: number): number {
  if (errors >= trials) return 1;
  let low = errors / trials;
  let high = 1;
  // The chance of so few errors falls with the rate: halve until nothing is left between.
  for (let step = 0; step < 60; step++) {
    const rate = (low + high) / 2;
    if (chanceOfAtMost(errors, trials, rate) > 1 - confidence) low = rate;
    else high = rate;
  }
  return high;
}

/** The smallest rate that they do not contradict: the one-sided lower bound. */
export function lowerBound(errors: number, trials: number, confidence: number): number {
  return trials === 0 ? 0 : 1 - upperBound(trials - errors, trials, confidence);
}

/** P(X ≤ errors) for X binomial. Summed upwards from the smallest term, in logarithms. */
function chanceOfAtMost(errors: number, trials: number, rate: number): number {
  if (rate <= 0) return 1;
  if (rate >= 1) return errors >= trials ? 1 : 0;
  const odds = Math.log(rate) - Math.log1p(-rate);
  let logTerm = trials * Math.log1p(-rate);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= errors; k++) {
    logTerm += Math.log(trials - k + 1) - Math.log(k) + odds;
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}
