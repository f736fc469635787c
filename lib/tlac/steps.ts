import type { Candidate } from "../lmm/lmm";
import type { RankedClass } from "./ranking";

/** What a step of a decision has found out. */
export interface StepFacts {
  /** The image is turned into a vector, to be compared with the classes itself. */
  readonly see: { readonly model: string };
  /** The LMM, or the built-in recogniser, names what it sees. */
  readonly look: {
    readonly model: string;
    readonly candidates: readonly Candidate[];
    readonly description: string;
    /** The answer as it came. */
    readonly raw: string;
  };
  /** The user's rules on that answer. */
  readonly rules: {
    readonly candidates: readonly Candidate[];
    readonly description: string;
    /** One of them says that this is none of the classes. */
    readonly forcedUnknown: boolean;
  };
  /** What was found is matched with the classes. */
  readonly match: { readonly model: string; readonly ranking: readonly RankedClass[] };
  /** A question of the second stage. */
  readonly ask: { readonly model: string; readonly question: string; readonly answer: string };
}

export type StepName = keyof StepFacts;

/** Told when a step begins and when it ends. The decision may do without one that failed. */
export type StepReport = {
  [N in StepName]:
    | { readonly step: N; readonly state: "running" }
    | {
        readonly step: N;
        readonly state: "done";
        /** Milliseconds. */
        readonly ms: number;
        readonly facts: StepFacts[N];
      }
    | {
        readonly step: N;
        readonly state: "failed";
        readonly ms: number;
        /** What was thrown. */
        readonly error: unknown;
      };
}[StepName];
