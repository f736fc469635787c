import type { Question } from "./lmm";

/** All that one question says, in the order in which the model reads it. */
export function joinTexts({ system, prompt }: Pick<Question, "system" | "prompt">): string {
  return system === undefined ? prompt : `${system}\n\n${prompt}`;
}
