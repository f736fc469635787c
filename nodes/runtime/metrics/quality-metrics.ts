import type { Quality } from "../../../lib/record/quality/quality";
import type { Family, Sample } from "./exposition";

/** What the record says of the newest week, and what drifts. */
export function describeQuality(quality: Quality | undefined): Family[] {
  if (!quality) return [];
  const [newest] = quality.weeks;
  const weeks = quality.weeks.filter(({ week }) => week === newest?.week);
  const of = (count: "decisions" | "review" | "tested" | "right" | "wrong"): Sample[] =>
    weeks.map((week) => ({ labels: { camera: week.camera, count }, value: week[count] }));
  return [
    {
      name: "tlac_record_week",
      help: "Decisions of this week by camera: all, left to a person, test pictures, right, wrong.",
      type: "gauge",
      samples: (["decisions", "review", "tested", "right", "wrong"] as const).flatMap(of),
    },
    {
      name: "tlac_record_drift",
      help: "1: more is left to a person (review) or wrong (error) than in the weeks before.",
      type: "gauge",
      samples: quality.drifts.map(({ kind, node, camera }) => ({
        labels: { kind, node, camera },
        value: 1,
      })),
    },
  ];
}
