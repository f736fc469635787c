import type { Phrase } from "../i18n/catalogue";
import type { Blame } from "./blame";
import type { TruePhoto } from "./labels/match-labels";

/** One class as a decision ranked it, with what each witness says of it (cosine −1…1). */
export interface TraceClass {
  readonly class: string;
  readonly label: string;
  readonly score: number;
  readonly words?: number;
  readonly sight?: number;
  readonly examples?: number;
  readonly via: { readonly candidate: string; readonly alias: string; readonly kind: string };
}

/** Milliseconds in each step of a decision, as measured when its models really worked. */
export const STAGES = ["frame", "lmm", "embed", "match", "total"] as const;
export type Stage = (typeof STAGES)[number];
export type StageTimes = Readonly<Record<Stage, number>>;

/** What a decision rests on, for the person who looks into it. */
export interface Trace {
  readonly description: string;
  readonly candidates: readonly {
    readonly name: string;
    readonly synonyms: readonly string[];
    readonly probability?: number;
  }[];
  readonly ranking: readonly TraceClass[];
  readonly reason: string;
  readonly explanation: string;
}

/** A labelled picture that was judged. */
export interface JudgedPhoto extends TruePhoto {
  /** The frame's hash: equal pictures are equal here. */
  readonly picture: string;
  readonly outcome: "class" | "ambiguous" | "unknown";
  /** Class that it was taken for; null: a person should look. */
  readonly decided: string | null;
  /** Class that came first, decided or not; null: none did. */
  readonly best: string | null;
  /** Probability 0…1 that the best class is right. */
  readonly confidence: number;
  readonly lmmCalls: number;
  readonly times: StageTimes;
  readonly trace: Trace;
  /** Which step is to blame; null: the decision is right. */
  readonly blame: Blame | null;
}

/** A picture that could not be judged: it counts in no figure, and is listed. */
export interface FailedPhoto extends TruePhoto {
  readonly outcome: "failed";
  readonly code: string | null;
  /** The sentence that a person reads. */
  readonly reason: string | Phrase;
  readonly blame: Blame;
}

export type EvaluatedPhoto = JudgedPhoto | FailedPhoto;

export function isJudged(photo: EvaluatedPhoto): photo is JudgedPhoto {
  return photo.outcome !== "failed";
}

/** How a decision turned out. */
export const GRADES = ["right", "wrong", "person"] as const;
export type Grade = (typeof GRADES)[number];

/** `wrong`: taken for a class that it is not; `person`: left by the second door. */
export function gradeOf({ decided, truth }: Pick<JudgedPhoto, "decided" | "truth">): Grade {
  if (decided === null) return "person";
  return decided === truth ? "right" : "wrong";
}

/** Whether the class that came first is the picture's, decided or not. */
export function isBestRight({ best, truth }: Pick<JudgedPhoto, "best" | "truth">): boolean {
  return best !== null && best === truth;
}
