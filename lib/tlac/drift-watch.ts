import { lowerBound } from "../confidence/clopper-pearson";

/** What spot checks have shown lately. */
export interface Drift {
  readonly asked: number;
  readonly differing: number;
}

/** Checks that are looked at, the latest ones. */
const WINDOW = 100;
/** Fewer show nothing. */
const LEAST = 10;
/** Share of checks that may differ: an LMM errs too. */
const TOLERATED = 0.1;
const CERTAINTY = 0.95;

/** Sees where the LMM disagrees with what is decided without it more often than by chance. */
export class DriftWatch {
  private recent: boolean[] = [];

  /** Notes a check; the latest ones where they show a drift, which then are forgotten. */
  note(agrees: boolean): Drift | undefined {
    this.recent = [...this.recent, agrees].slice(-WINDOW);
    const asked = this.recent.length;
    const differing = this.recent.filter((one) => !one).length;
    if (asked < LEAST || lowerBound(differing, asked, CERTAINTY) <= TOLERATED) return undefined;
    this.recent = [];
    return { asked, differing };
  }
}
