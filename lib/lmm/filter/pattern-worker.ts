import { parentPort, type MessagePort } from "node:worker_threads";

import { applyRule, TextGrows, type FilteredWords, type PatternRule } from "./apply-rules";

// Runs in a thread of its own: a pattern may backtrack for hours, and only a thread can be ended.

export interface PatternJob {
  readonly rules: readonly PatternRule[];
  readonly words: FilteredWords;
  /** Where the thread tells which rule it is at, for whoever has to end it. */
  readonly at: Int32Array;
}

export type PatternAnswer =
  | { readonly words: FilteredWords }
  /** `reason` null: the text grew too long. */
  | { readonly rule: number; readonly reason: string | null };

function answer({ rules, words, at }: PatternJob): PatternAnswer {
  let left = words;
  for (const [index, rule] of rules.entries()) {
    Atomics.store(at, 0, index);
    try {
      left = applyRule(rule, left);
    } catch (thrown) {
      if (thrown instanceof TextGrows) return { rule: index, reason: null };
      return { rule: index, reason: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }
  return { words: left };
}

function serve(port: MessagePort): void {
  port.on("message", (job: PatternJob) => {
    port.postMessage(answer(job));
  });
  port.postMessage("ready");
}

if (parentPort) serve(parentPort);
