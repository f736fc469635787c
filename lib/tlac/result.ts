import { randomUUID } from "node:crypto";

import { freezeDeep } from "../basics/freeze-deep";
import type { Knob } from "../confidence/knob";
import type { EmbedderInfo } from "../clip/embedder";
import type { FrameFacts } from "../frame/frame";
import type { ErrorCode } from "../errors";
import type { Candidate, LmmIdentity, LmmTimings } from "../lmm/lmm";
import type { AlertLevel } from "../vocabulary/vocabulary";
import type { RankedClass } from "./ranking";

/** The ways to a decision; see the folder's `classify.ts`. */
export const MODES = ["clip", "slac", "tlac", "cascade"] as const;
export type Mode = (typeof MODES)[number];

/** Where a cascade stopped: without the LMM, with its words, or with its choice among near classes. */
export type CascadeStage = "sight" | "words" | "second question";

/** What the LMM said of an image that was decided without it. */
export interface SpotCheck {
  /** Its words alone say the class that was decided. */
  readonly agrees: boolean;
  /** Id and label of the class that they say; null: none of them. */
  readonly class: string | null;
  readonly label: string | null;
  readonly candidates: readonly Candidate[];
}

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
  readonly frame: number;
  readonly lmm: number;
  readonly embed: number;
  readonly match: number;
  readonly total: number;
}

/** `msg.payload` of `tlac` and `clip-match`: a public API. Frozen at any depth; a message gets a copy. */
export interface Result {
  /** Of this decision; feedback refers to it. */
  readonly id: string;
  readonly outcome: Verdict["outcome"];
  /** Stable id of the winner; null unless the outcome is `class`. */
  readonly class: string | null;
  /** Display name of the winner. */
  readonly label: string | null;
  /** Share of the witnesses' pooled belief that the best class has, 0…1. */
  readonly score: number;
  /** Winner minus runner-up. */
  readonly margin: number;
  /** Calibrated probability 0…1 that the best class is right. */
  readonly confidence: number;
  /** The knob: at most 1 wrong in so many judged pictures is accepted. */
  readonly accept: Knob;
  /** What labelled photos prove about the knob, or how many would: one sentence. */
  readonly guarantee: string;
  /** Alert level of the winner; `none` unless the outcome is `class`. */
  readonly alert: AlertLevel;
  /** Best first, with what each witness says; `via`: the candidate and the alias that won. */
  readonly ranking: readonly RankedClass[];
  readonly candidates: readonly Candidate[];
  readonly description: string;
  /** Where a 16-bit or floating-point picture was shown by percentiles: the numbers that became black and white. */
  readonly frame?: FrameFacts;
  readonly mode: Mode;
  /** Of mode `cascade` only. */
  readonly cascade?: CascadeStage;
  /** Of the few images that are checked so. */
  readonly spotCheck?: SpotCheck;
  /** Why a further question to the LMM failed: the decision rests on what was known without it. */
  readonly lmmFailure?: { readonly code: ErrorCode; readonly message: string };
  readonly cached: { readonly frame: boolean; readonly reconcile: boolean };
  /** One entry for each LMM call that this decision cost: the server's own account of its time. */
  readonly lmmCalls: readonly LmmTimings[];
  readonly models: {
    readonly lmm: LmmIdentity | null;
    readonly embedder: Pick<EmbedderInfo, "name" | "digest">;
  };
  readonly timings: Timings;
  readonly reason: VerdictReason;
  /** One sentence in the vocabulary's language. */
  readonly explanation: string;
}

/** The same answer once more, for an unchanged scene: a decision of its own that cost no call. */
export function repeatResult(last: Result): Result {
  const repeat: { -readonly [Key in keyof Result]: Result[Key] } = {
    ...last,
    id: randomUUID(),
    cached: { ...last.cached, frame: true },
    lmmCalls: [],
    timings: { frame: 0, lmm: 0, embed: 0, match: 0, total: 0 },
  };
  // It was not checked again.
  delete repeat.spotCheck;
  return freezeDeep(repeat);
}
