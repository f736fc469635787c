import { randomUUID } from "node:crypto";

import type { EmbedderInfo } from "../clip/embedder";
import type { FrameFacts } from "../frame/frame";
import type { Candidate, LmmIdentity, LmmTimings } from "../lmm/lmm";
import type { Knob } from "../confidence/knob";
import type { AlertLevel } from "../vocabulary/vocabulary";
import type { RankedClass } from "./ranking";

/** The ways to a decision; see the folder's `classify.ts`. */
export const MODES = ["clip", "slac", "tlac", "cascade"] as const;
export type Mode = (typeof MODES)[number];

/** What a decision rests on, and why there is no class where there is none. */
export type VerdictReason =
  | "alias"
  | "clear"
  | "below-threshold"
  | "near-tie"
  | "background"
  | "anti-alias"
  | "empty"
  | "agreed"
  | "disagreed"
  | "none-of-these"
  | "filtered";

/** A decision with the reason that a person is told. */
export interface Verdict {
  readonly outcome: "class" | "ambiguous" | "unknown";
  /** Id and label of the winner; null unless the outcome is `class`. */
  readonly class: string | null;
  readonly label: string | null;
  /** Probability 0…1 that the best class is right; 0 where there is none. */
  readonly confidence: number;
  /** Share of the witnesses' pooled belief that the best class has, 0…1; 0 where there is none. */
  readonly score: number;
  /** The best class's score minus the runner-up's. */
  readonly margin: number;
  readonly reason: VerdictReason;
}

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
  outcome: Verdict["outcome"];
  /** Stable id of the winner; null unless the outcome is `class`. */
  class: string | null;
  /** Display name of the winner. */
  label: string | null;
  /** Share of the witnesses' pooled belief that the best class has, 0…1. */
  score: number;
  /** Winner minus runner-up. */
  margin: number;
  /** Calibrated probability 0…1 that the best class is right. */
  confidence: number;
  /** The knob: at most 1 wrong in so many judged pictures is accepted. */
  accept: Knob;
  /** What labelled photos prove about the knob, as a sentence; null where the mode has no such proof. */
  guarantee: string | null;
  /** Alert level of the winner; `none` unless the outcome is `class`. */
  alert: AlertLevel;
  /** Best first, with what each witness says; `via`: the candidate and the alias that won. */
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
