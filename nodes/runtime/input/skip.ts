import type { JobOutcome, SkipReason } from "../../../lib/queue/bounded-queue";

/** Thrown where a message will not be judged. That is no failure: it has a door of its own. */
export class Skip extends Error {
  constructor(readonly reason: SkipReason) {
    super(reason);
  }
}

/** The value of a job that was done. Throws `Skip` for one that was not. */
export function valueOf<T>(outcome: JobOutcome<T>): T {
  if ("skipped" in outcome) throw new Skip(outcome.skipped);
  return outcome.value;
}
