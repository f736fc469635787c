/** Longest value that a message may put into a prompt, in characters. */
const MAX_VALUE_LENGTH = 300;

/** Longest prompt that is sent, in characters: some 5,000 tokens, beyond any sensible num_ctx. */
const MAX_PROMPT_LENGTH = 20_000;

// Brackets build everything that a chat template or Ollama's image places are written with
// (`[img-0]`, `[INST]`, `<|im_start|>`, `</s>`) and the fences of our own data section.
const LOOKALIKES: Readonly<Record<string, string>> = { "[": "(", "]": ")", "<": "‹", ">": "›" };

/**
 * One value as data: a single bounded line that can neither open an image place nor end the
 * section that it stands in. Control and invisible format characters go, brackets become
 * look-alikes.
 */
export function sanitiseValue(value: string): string {
  return cut(value, MAX_VALUE_LENGTH * 4)
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .replace(/[[\]<>]/g, (bracket) => LOOKALIKES[bracket] ?? "")
    .trim()
    .slice(0, MAX_VALUE_LENGTH)
    .replace(/\p{Cs}/gu, "");
}

/**
 * The last guard before a prompt is sent, whoever wrote it: Ollama would put the image where the
 * text says `[img`, so no such place may stand in it. Invisible characters could hide one.
 */
export function guardPrompt(prompt: string): string {
  return cut(prompt, MAX_PROMPT_LENGTH)
    .replace(/\p{Cf}/gu, "")
    .replace(/[^\P{Cc}\n\t]/gu, " ")
    .replace(/\[(?=\s*img)/gi, "(");
}

function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Cs}/gu, "");
}
