/**
 * Chances under the hypothesis that nothing has changed, counted exactly: they hold for few
 * numbers, too.
 */

/**
 * Of a share that fell into two parts: the chance that the first part has at least so many hits
 * (Fisher's exact test, one-sided; R. A. Fisher, Statistical Methods for Research Workers, 1934).
 *
 * @param first hits and trials of the first part
 * @param second of the second one
 */
export function chanceOfShare(
  first: { readonly hits: number; readonly of: number },
  second: { readonly hits: number; readonly of: number },
): number {
  const hits = first.hits + second.hits;
  const all = first.of + second.of;
  const logs = logFactorials(all);
  const choose = (n: number, k: number): number =>
    (logs[n] ?? 0) - (logs[k] ?? 0) - (logs[n - k] ?? 0);
  let chance = 0;
  for (let count = first.hits; count <= Math.min(hits, first.of); count++) {
    if (first.of - count > all - hits) continue;
    const log = choose(hits, count) + choose(all - hits, first.of - count) - choose(all, first.of);
    chance += Math.exp(log);
  }
  return Math.min(1, chance);
}

/**
 * The chance that numbers drawn alike stand so high among the others (the rank sum test, one-sided;
 * H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18, 1947). Equal numbers count
 * for "nothing has changed".
 */
export function chanceOfRanks(some: readonly number[], others: readonly number[]): number {
  const wins = some.reduce((sum, one) => sum + others.filter((other) => one > other).length, 0);
  const most = some.length * others.length;
  // Ways to have each count of wins: the coefficients of the Gaussian binomial.
  const ways = [1, ...new Array<number>(most).fill(0)];
  for (let i = 1; i <= some.length; i++) {
    const away = others.length + i;
    for (let at = most; at >= away; at--) ways[at] = (ways[at] ?? 0) - (ways[at - away] ?? 0);
    for (let at = i; at <= most; at++) ways[at] = (ways[at] ?? 0) + (ways[at - i] ?? 0);
  }
  const total = ways.reduce((sum, count) => sum + count, 0);
  return ways.slice(wins).reduce((sum, count) => sum + count, 0) / total;
}

function logFactorials(most: number): Float64Array {
  const logs = new Float64Array(most + 1);
  for (let n = 2; n <= most; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(n);
  return logs;
}
