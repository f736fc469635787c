import type { Evaluation } from "../evaluation";
import { describeVerdict } from "../figures/verdict";

/** The evaluation for programs: everything but the pictures. */
export function formatJson(evaluation: Evaluation): string {
  const verdict = describeVerdict(evaluation.figures, "en-US");
  return `${JSON.stringify({ version: 1, verdict, ...evaluation })}\n`;
}
