import type { NodeAPI } from "node-red";

import type { Frame } from "../../../lib/frame/frame";
import type { DecisionRecord, NewDecision } from "../../../lib/record/record";
import type { Result } from "../../../lib/tlac/result";
import type { Said } from "./classify-and-hear";
import type { DriftListener } from "./quality-watch";
import { RecordUse } from "./shared-record";

/** What of a vocabulary's decisions is kept; empty: nothing. */
export const RECORDINGS = ["", "decisions", "review", "all"] as const;
export type Recording = (typeof RECORDINGS)[number];

/** What a node knows of its decisions beside the results. */
export interface Decided {
  readonly results: readonly Result[];
  /** In the order of the results; absent: they were made from words. */
  readonly frames?: readonly Frame[] | undefined;
  /** What the LMM said for each of them. */
  readonly answers?: readonly Said[] | undefined;
  readonly camera?: string | undefined;
  readonly vocabulary: NewDecision["vocabulary"];
  readonly recording: Recording;
}

/** Decisions that a review node may still want to know more of than its message says. */
const MOST_RECENT = 500;
const recent = new Map<string, NewDecision>();

/** Half an hour of a still scene at five frames a second. */
const MOST_REPEATS = 10_000;
const repeats = new Map<string, NewDecision>();

/** One of the last decisions of this process, recorded or not. */
export function findRecent(id: string): NewDecision | undefined {
  return recent.get(id) ?? repeats.get(id);
}

/** Writes a repeat down now that somebody speaks of it; nothing where the id is no repeat's. */
export async function recordRepeat(record: DecisionRecord, id: string): Promise<void> {
  const repeat = repeats.get(id);
  if (!repeat) return;
  repeats.delete(id);
  // On a disk that fails now it is tried again with the next answer.
  if (!(await record.append(repeat))) put(repeats, MOST_REPEATS, repeat);
}

/** Hands the decisions of one node to the record. */
export class Recorder {
  private readonly use: RecordUse;
  private stopListening: (() => void) | undefined;

  constructor(
    RED: NodeAPI,
    private readonly node: string,
  ) {
    this.use = new RecordUse(RED);
  }

  /** Returns at once and throws nothing: what the disk makes of it is not the message's concern. */
  keep({ results, frames, answers, camera, vocabulary, recording }: Decided): void {
    const time = new Date().toISOString();
    for (const [at, result] of results.entries()) {
      const decision: NewDecision = {
        time,
        node: this.node,
        camera: camera ?? null,
        vocabulary,
        ...(answers?.[at] ?? { answers: [] }),
        result,
      };
      put(recent, MOST_RECENT, decision);
      if (recording === "" || this.use.isReleased) continue;
      // An unchanged scene is in the record with the decision that it repeats: a still camera
      // would push everything else out of it.
      if (result.cached.frame) {
        put(repeats, MOST_REPEATS, decision);
        continue;
      }
      const isWanted =
        recording === "all" || (recording === "review" && result.outcome !== "class");
      void this.use.record.append(decision, isWanted ? frames?.[at] : undefined);
    }
  }

  /** Hears when what the node decides drifts. */
  watch(hear: DriftListener): void {
    this.stopListening = this.use.quality.listen(this.node, hear);
  }

  release(): Promise<void> {
    this.stopListening?.();
    return this.use.release();
  }
}

function put(decisions: Map<string, NewDecision>, most: number, decision: NewDecision): void {
  decisions.set(decision.result.id, decision);
  const [oldest] = decisions.keys();
  if (decisions.size > most && oldest !== undefined) decisions.delete(oldest);
}
