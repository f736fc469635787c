import { readRaw } from "../../lmm/read-raw";
import type { LmmIdentity, LmmTimings } from "../../lmm/lmm";
import type { DecisionEntry } from "../../record/record";
import type { Words } from "../../tlac/classify";
import type { Result } from "../../tlac/result";

/** What the LMM said when a picture was decided. */
export interface Heard {
  /** The first stage; null: it was not asked. */
  readonly words: (Words & { readonly raw: string; readonly timings: LmmTimings }) | null;
  /** Of the second stage, by the digest of the question. */
  readonly replies: ReadonlyMap<string, { readonly text: string; readonly timings: LmmTimings }>;
  /** Null: nobody was asked. */
  readonly model: LmmIdentity | null;
}

/** Reads it from a decision of the record. */
export function readHeard({ answers, questions = [], result }: DecisionEntry): Heard {
  // Reading a record checks no more of a result than everybody needs.
  const { lmmCalls = [], models } = result as Partial<Result>;
  const timingsOf = (call: number): LmmTimings => lmmCalls[call] ?? { total: 0 };
  const look = answers.findIndex((_answer, call) => !questions[call]);
  const raw = answers[look];
  const timings = timingsOf(look);
  const replies = answers.flatMap((text, call) => {
    const question = questions[call];
    return question ? [[question, { text, timings: timingsOf(call) }] as const] : [];
  });
  return {
    words: raw === undefined ? null : { ...wordsOf(raw, timings, result), raw, timings },
    replies: new Map(replies),
    model: models?.lmm ?? null,
  };
}

/** What was said before any rule of the user's; a recogniser's names are numbers, and no text. */
function wordsOf(
  raw: string,
  { cut }: LmmTimings,
  { candidates, description }: DecisionEntry["result"],
): Words {
  const kept = { candidates, description };
  const isMeasured = candidates.some(({ probability }) => probability !== undefined);
  return isMeasured ? kept : (readRaw(raw, cut === true) ?? kept);
}
