import { randomUUID } from "node:crypto";

import type { EmbedderInfo } from "../clip/embedder";
import type { FrameFacts } from "../frame/frame";
import type { Candidate, LmmIdentity, LmmTimings } from "../lmm/lmm";
import type { Decision } from "../match/decide";
import type { RankedClass } from "../match/ranking";
import type { AlertLevel } from "../vocabulary/vocabulary";

/** The ways to a decision; see the folder's `classify.ts`. */
export const MODES = ["clip", "slac", "tlac", "cascade"] as const;
export type Mode = (typeof MODES)[number];

/** What a decision rests on: the match alone, or what the second LMM call said of a near-tie. */
export type VerdictReason =
  Decision["reason"] | "agreed" | "disagreed" | "none-of-these" | "filtered";

/** A decision with the reason that a person is told. */
export type Verdict = Omit<Decision, "reason"> & { readonly reason: VerdictReason };

/** Milliseconds spent in each step of one decision. */
export interface Timings {
  frame: number;
  lmm: number;
  embed: number;
  match: number;
  total: number;
}

/** `msg.payload` of `tlac` and `clip-match`: a public API. */
export interface Result {
  /** Of this decision; feedback refers to it. */
  id: string;
  outcome: Decision["outcome"];
  /** Stable id of the winner; null unless the outcome is `class`. */
  class: string | null;
  /** Display name of the winner. */
  label: string | null;
  /** Cosine of the best class, −1…1. */
  score: number;
  /** Winner minus runner-up. */
  margin: number;
  /** Calibrated probability 0…1; null until calibrated. */
  confidence: number | null;
  /** Alert level of the winner; `none` unless the outcome is `class`. */
  alert: AlertLevel;
  /** Best first; `via`: the candidate and the alias that won. */
  ranking: RankedClass[];
  candidates: Candidate[];
  description: string;
  /** Where a 16-bit or floating-point picture was shown by percentiles: the numbers that became black and white. */
  frame?: FrameFacts;
  mode: Mode;
  cached: { frame: boolean; reconcile: boolean };
  /** One entry for each LMM call that this decision cost: the server's own account of its time. */
  lmmCalls: LmmTimings[];
  models: { lmm: LmmIdentity | null; embedder: Pick<EmbedderInfo, "name" | "digest"> };
  timings: Timings;
  reason: VerdictReason;
  /** One sentence in the vocabulary's language. */
  explanation: string;
}

/** The same answer once more, for an unchanged scene: a decision of its own that cost no call. */
export function repeatResult(last: Result): Result {
  const timings = { frame: 0, lmm: 0, embed: 0, match: 0, total: 0 };
  return {
    ...last,
    id: randomUUID(),
    cached: { ...last.cached, frame: true },
    lmmCalls: [],
    timings,
  };
}
