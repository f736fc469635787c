import type { NodeAPI } from "node-red";

import type { Frame } from "../../../lib/frame/frame";
import type { NewDecision } from "../../../lib/record/record";
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

/** One of the last decisions of this process, recorded or not. */
export function findRecent(id: string): NewDecision | undefined {
  return recent.get(id);
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
      remember(decision);
      if (recording === "" || this.use.isReleased) continue;
      // An unchanged scene has been kept with the decision that it repeats.
      const isWanted =
        recording === "all" || (recording === "review" && result.outcome !== "class");
      const frame = isWanted && !result.cached.frame ? frames?.[at] : undefined;
      void this.use.record.append(decision, frame);
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

function remember(decision: NewDecision): void {
  recent.set(decision.result.id, decision);
  const [oldest] = recent.keys();
  if (recent.size > MOST_RECENT && oldest !== undefined) recent.delete(oldest);
}
