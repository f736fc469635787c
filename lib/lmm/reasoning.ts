/** What a model thinks aloud before it answers is no answer. */

/**
 * How models fence their thoughts, opening and closing mark, in lower case: DeepSeek-R1, Qwen and
 * most others; Kimi-VL; Magistral; Seed-OSS; gpt-oss and Gemma by their channels.
 */
const FENCES: readonly (readonly [open: string, close: string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<thoughts>", "</thoughts>"],
  ["<reasoning>", "</reasoning>"],
  ["<reflection>", "</reflection>"],
  ["<seed:think>", "</seed:think>"],
  ["<|begin_of_thought|>", "<|end_of_thought|>"],
  ["<|thinking|>", "<|/thinking|>"],
  ["◁think▷", "◁/think▷"],
  ["[think]", "[/think]"],
  ["<|channel|>analysis", "<|channel|>final<|message|>"],
  ["<|channel|>commentary", "<|channel|>final<|message|>"],
  ["<|channel>thought", "<channel|>"],
];

/** Marks around the answer proper, which some of these models set after their thoughts. */
const ANSWERS = ["<answer>", "<final_answer>", "<conclusion>", "<|begin_of_solution|>"] as const;
const MARKS = /<\|(?:start\|>assistant|end\|>|return\|>|message\|>|end_of_solution\|>)/gi;

export interface Spoken {
  /** What is left without the thoughts; may be empty. */
  readonly text: string;
  /** Thoughts were found, and with them the reason why nothing may be left. */
  readonly thought: boolean;
}

/**
 * The answer without its thoughts: fenced ones go; a closing mark without an opening one ends
 * thoughts that began in the prompt; an opening mark without a closing one means that the answer
 * never came.
 */
export function stripReasoning(answer: string): Spoken {
  let text = answer;
  let thought = false;
  for (const [open, close] of FENCES) {
    const lower = toLower(text);
    if (!lower.includes(open) && !lower.includes(close)) continue;
    thought = true;
    text = dropFenced(text, lower, open, close);
  }
  for (const open of ANSWERS) {
    const start = toLower(text).lastIndexOf(open);
    if (start < 0) continue;
    thought = true;
    const [inside = ""] = text.slice(start + open.length).split("</", 1);
    text = inside;
  }
  return thought ? { text: text.replace(MARKS, " ").trim(), thought } : { text, thought };
}

function dropFenced(text: string, lower: string, open: string, close: string): string {
  let kept = "";
  const opening = lower.indexOf(open);
  const orphan = lower.lastIndexOf(close, opening < 0 ? undefined : opening);
  let at = orphan < 0 ? 0 : orphan + close.length;
  for (;;) {
    const start = lower.indexOf(open, at);
    if (start < 0) return kept + text.slice(at);
    kept += text.slice(at, start);
    const end = lower.indexOf(close, start + open.length);
    if (end < 0) return kept;
    at = end + close.length;
  }
}

/** Of ASCII letters alone: other letters may change their length, and places must stay. */
function toLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
