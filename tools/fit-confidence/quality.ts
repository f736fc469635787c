import {
  calibrationError,
  rankQuality,
  type Scored,
} from "../../lib/evaluation/figures/confidence-quality";

/** A judged photo. */
export interface Outcome extends Scored {
  /** Whether the photo shows one of the classes. */
  readonly known: boolean;
}

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

/** All of them in a line. */
export function describeQuality<T extends Outcome>(
  outcomes: readonly T[],
  thresholdOf?: (outcome: T) => number,
): string {
  const known = outcomes.filter((one) => one.known).length;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const parts = [
    `right at 1 / 2 / 3 % wrong ${[0.01, 0.02, 0.03].map((wrong) => percent(rightAt(outcomes, wrong))).join(" / ")}`,
    `AUROC ${rankQuality(outcomes)?.toFixed(3) ?? "–"}`,
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
