/** What the confidence of decisions is worth: how it ranks them, and whether it is honest. */

/** How sure a decision is, and whether its best class is right. */
export interface Scored {
  /** 0…1. */
  readonly confidence: number;
  readonly right: boolean;
}

const BINS = 15;

/**
 * Probability that a right decision is surer than a wrong one: the area under the ROC curve. Null
 * where all are right or all are wrong.
 */
export function rankQuality(decisions: readonly Scored[]): number | null {
  const sorted = [...decisions].sort((a, b) => a.confidence - b.confidence);
  let ranks = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.confidence === sorted[start]?.confidence) end++;
    // Equal ones share the mean of their ranks.
    const rank = (start + end + 1) / 2;
    for (let at = start; at < end; at++) if (sorted[at]?.right) ranks += rank;
    start = end;
  }
  const right = decisions.filter((one) => one.right).length;
  const wrong = decisions.length - right;
  return right * wrong === 0 ? null : (ranks - (right * (right + 1)) / 2) / (right * wrong);
}

/** One row of a reliability table. */
export interface ReliabilityBin {
  readonly count: number;
  /** Means of the decisions in it, 0…1; 0 in an empty bin. */
  readonly confidence: number;
  readonly right: number;
}

/** Decisions by their confidence, in 15 bins of equal width. */
export function reliability(decisions: readonly Scored[]): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const own = decisions.filter(
      ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin,
    );
    const mean = (of: (one: Scored) => number): number =>
      own.reduce((sum, one) => sum + of(one), 0) / Math.max(1, own.length);
    return {
      count: own.length,
      confidence: mean(({ confidence }) => confidence),
      right: mean((one) => (one.right ? 1 : 0)),
    };
  });
}

/** Expected calibration error over those bins (Naeini et al. 2015): 0…1. */
export function calibrationError(decisions: readonly Scored[]): number {
  return reliability(decisions).reduce(
    (sum, { count, confidence, right }) =>
      sum + (count / Math.max(1, decisions.length)) * Math.abs(confidence - right),
    0,
  );
}

/** What would be decided if every decision from a confidence on were taken. */
export interface OperatingPoint {
  readonly threshold: number;
  /** Shares of all pictures, 0…1. */
  readonly decided: number;
  readonly wrong: number;
}

/**
 * The risk-coverage curve (El-Yaniv and Wiener 2010): a point for each threshold that changes
 * anything, from the strictest down. Of the pictures that are decided, `wrong / decided` are wrong.
 */
export function riskCoverage(decisions: readonly Scored[]): OperatingPoint[] {
  const sorted = [...decisions].sort((a, b) => b.confidence - a.confidence);
  const points: OperatingPoint[] = [{ threshold: 1, decided: 0, wrong: 0 }];
  let wrong = 0;
  for (const [at, { confidence, right }] of sorted.entries()) {
    if (!right) wrong += 1;
    if (sorted[at + 1]?.confidence === confidence) continue;
    const all = sorted.length;
    points.push({ threshold: confidence, decided: (at + 1) / all, wrong: wrong / all });
  }
  return points;
}
