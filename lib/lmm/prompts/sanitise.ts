import { TlacError } from "../../errors";

/** Longest question that is sent, in characters: some 5,000 tokens of English. */
export const MAX_PROMPT_LENGTH = 20_000;

// Brackets build everything that a chat template or Ollama's image places are written with
// (`[img-0]`, `[INST]`, `<|im_start|>`, `</s>`) and the fences of our own data section.
const LOOKALIKES: Readonly<Record<string, string>> = { "[": "(", "]": ")", "<": "‹", ">": "›" };

/**
 * One value as data: a single line that can neither open an image place nor end the section that
 * it stands in. Control and invisible format characters go, brackets become look-alikes.
 */
export function sanitiseValue(value: string): string {
  return value
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\p{Cf}\p{Cs}]/gu, "")
    .replace(/[[\]<>]/g, (bracket) => LOOKALIKES[bracket] ?? "")
    .trim();
}

/**
 * The last guard before a question is sent, whoever wrote it: Ollama would put the image where the
 * text says `[img`, so no such place may stand in it. Invisible characters could hide one. Throws
 * `BAD_CONFIG` for a question that is too long: a part of one is another question.
 */
export function guardPrompt(prompt: string): string {
  if (prompt.length > MAX_PROMPT_LENGTH) {
    throw new TlacError("BAD_CONFIG", "lmm.prompt-too-long", {
      length: prompt.length,
      most: MAX_PROMPT_LENGTH,
    });
  }
  return prompt
    .replace(/[\p{Cf}\p{Cs}]/gu, "")
    .replace(/[^\P{Cc}\n\t]/gu, " ")
    .replace(/\[(?=\s*img)/gi, "(");
}
