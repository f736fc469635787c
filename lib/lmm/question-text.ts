import { createHash } from "node:crypto";

import type { Question } from "./lmm";

/** All that one question says, in the order in which the model reads it. */
export function joinTexts({ system, prompt }: Pick<Question, "system" | "prompt">): string {
  return system === undefined ? prompt : `${system}\n\n${prompt}`;
}

/** Tells one question from another, in 16 characters. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
