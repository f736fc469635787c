/** The engine's estimate, which the report's script carries. */
declare const tlacEstimate: Pick<typeof import("../lib/estimate/plan"), "makePlan"> &
  typeof import("../lib/estimate/describe-plan");
