import { TlacError } from "../../errors";
import type { MessageParams, MessageKey } from "../../i18n/catalogue";
import { compileRule, type FilterRule } from "../answer-filter";
import { createAttackTexts } from "./attack-texts";
import { PatternThread } from "./pattern-thread";

/** What is wrong, or likely to go wrong, with one rule. */
export interface RuleHint {
  /** Begins at 1. */
  readonly position: number;
  readonly key: MessageKey;
  readonly params: MessageParams;
}

export interface LintOptions {
  readonly signal?: AbortSignal;
  /** For one pattern on all its texts (500). */
  readonly ms?: number;
}

/** Milliseconds for one pattern on all its texts: a healthy one needs some ten. */
const PATTERN_MS = 500;

/** After so many slow patterns the rest is not tried: the first are reason enough to go over them. */
const MAX_SLOW = 5;

// Not the thread that messages use: a dialog must not make them wait.
const thread = new PatternThread("tlac-rules-lint");

/**
 * Tries each regular expression on texts that are made to slow it down, and tells which are slow.
 * Word lists cannot be. Rejects with `CLOSED` on `signal`.
 */
export async function lintRules(
  rules: readonly FilterRule[],
  { signal, ms = PATTERN_MS }: LintOptions = {},
): Promise<RuleHint[]> {
  const hints: RuleHint[] = [];
  let slow = 0;
  for (const [index, rule] of rules.entries()) {
    const position = index + 1;
    try {
      if (!("pattern" in rule)) compileRule(rule, position);
      else if (slow < MAX_SLOW && (await isSlow(rule, position, { signal, ms }))) {
        slow += 1;
        hints.push({ position, key: "lmm.rule-slow", params: { position } });
      }
    } catch (thrown) {
      if (!(thrown instanceof TlacError) || thrown.code !== "BAD_CONFIG") throw thrown;
      hints.push({ position, key: thrown.key, params: thrown.params });
    }
  }
  return hints;
}

async function isSlow(
  rule: FilterRule & { readonly pattern: string },
  position: number,
  { signal, ms }: { signal: AbortSignal | undefined; ms: number },
): Promise<boolean> {
  // Whatever the rule does with a match, looking for one is what takes the time.
  const { source, flags } = compileRule(rule, position);
  const test = { source, flags, action: "drop", replacement: "" } as const;
  const candidates = createAttackTexts(rule.pattern).map((name) => ({ name, synonyms: [] }));
  const outcome = await thread.run(
    [test],
    { candidates, description: "", forcedUnknown: false },
    { ms, ...(signal ? { signal } : {}) },
  );
  return "slow" in outcome;
}
