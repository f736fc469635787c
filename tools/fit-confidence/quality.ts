/** A judged photo: how sure the winner was, whether it was right and whether it could be. */
export interface Outcome {
  readonly confidence: number;
  readonly right: boolean;
  /** Whether the photo shows one of the classes. */
  readonly known: boolean;
}

const BINS = 15;

/** Share of right ones, of the known, at the lowest threshold with at most `wrong` of all wrong. */
export function rightAt(outcomes: readonly Outcome[], wrong: number): number {
  const known = outcomes.filter((one) => one.known).length;
  let right = 0;
  let errors = 0;
  let best = 0;
  for (const one of [...outcomes].sort((a, b) => b.confidence - a.confidence)) {
    if (one.right) right += 1;
    else errors += 1;
    if (errors > wrong * outcomes.length) break;
    best = right;
  }
  return best / Math.max(1, known);
}

/** Probability that a right winner is surer than a wrong one: the area under the ROC curve. */
export function rankQuality(outcomes: readonly Outcome[]): number {
  const sorted = [...outcomes].sort((a, b) => a.confidence - b.confidence);
  let ranks = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end]?.confidence === sorted[start]?.confidence) end++;
    // Equal ones share the mean of their ranks.
    const rank = (start + end + 1) / 2;
    for (let at = start; at < end; at++) if (sorted[at]?.right) ranks += rank;
    start = end;
  }
  const right = outcomes.filter((one) => one.right).length;
  const wrong = outcomes.length - right;
  return (ranks - (right * (right + 1)) / 2) / Math.max(1, right * wrong);
}

/** One row of a reliability table. */
export interface ReliabilityBin {
  readonly count: number;
  /** Means of the photos in it, 0…1. */
  readonly confidence: number;
  readonly right: number;
}

export function reliability(outcomes: readonly Outcome[]): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const own = outcomes.filter(
      ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin,
    );
    const mean = (of: (one: Outcome) => number): number =>
      own.reduce((sum, one) => sum + of(one), 0) / Math.max(1, own.length);
    return {
      count: own.length,
      confidence: mean(({ confidence }) => confidence),
      right: mean((one) => (one.right ? 1 : 0)),
    };
  });
}

/** Expected calibration error over 15 bins (Naeini et al. 2015). */
export function calibrationError(outcomes: readonly Outcome[]): number {
  return reliability(outcomes).reduce(
    (sum, { count, confidence, right }) =>
      sum + (count / Math.max(1, outcomes.length)) * Math.abs(confidence - right),
    0,
  );
}

/** All of them in a line. */
export function describeQuality<T extends Outcome>(
  outcomes: readonly T[],
  thresholdOf?: (outcome: T) => number,
): string {
  const known = outcomes.filter((one) => one.known).length;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const parts = [
    `right at 1 / 2 / 3 % wrong ${[0.01, 0.02, 0.03].map((wrong) => percent(rightAt(outcomes, wrong))).join(" / ")}`,
    `AUROC ${rankQuality(outcomes).toFixed(3)}`,
    `ECE ${calibrationError(outcomes).toFixed(3)}`,
  ];
  if (thresholdOf) {
    const decided = outcomes.filter((one) => one.confidence >= thresholdOf(one));
    const right = decided.filter((one) => one.right).length;
    parts.push(
      `at the knob right ${percent(right / Math.max(1, known))} wrong ${percent((decided.length - right) / outcomes.length)}`,
    );
  }
  return `${String(outcomes.length)} rows, ${parts.join(", ")}`;
}
