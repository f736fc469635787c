/** The config nodes as the others see them. */
import type { Node } from "node-red";

import type { EmbedderInfo } from "../../../lib/clip/embedder";
import type { EmbedderOptions } from "../../../lib/clip/shared-embedders";
import type { Knob } from "../../../lib/confidence/knob";
import type { Language } from "../../../lib/i18n/catalogue";
import type { ServerState } from "../../../lib/lmm/client/server-state";
import type { HostView, ServedLmm } from "../../../lib/lmm/client/served-lmm";
import type { BoundedQueue } from "../../../lib/queue/bounded-queue";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import type { Complaint } from "../../admin/reply";
import type { Recording } from "../record/recorder";
import type { Activity, ServerActivity } from "../server/server-activity";
import type { EngineFields } from "./engine-settings";

export interface LmmServerCredentials {
  apiKey?: string;
}

/** One host of a server, and what it has done since the deploy. */
export interface HostReport extends Omit<HostView, "state" | "error"> {
  readonly state: ServerState["kind"];
  /** Why it gets no questions. */
  readonly error?: Complaint;
}

/** What the dialog shows of a deployed server. */
export interface ServerView extends Activity {
  readonly hosts: readonly HostReport[];
  readonly queue: { readonly waiting: number; readonly active: number };
  /** Null for the built-in recogniser, and before the first message. */
  readonly state: ServerState["kind"] | null;
  /** Until the next attempt, where the breaker is open. */
  readonly pauseSeconds?: number;
  readonly error?: Complaint;
}

/** The LMM that several nodes share, with the one queue in front of it. */
export interface LmmServerNode extends Node<LmmServerCredentials> {
  type: "lmm-server";
  /** Throws `BAD_CONFIG` where a setting cannot work. */
  check(): void;
  getQueue(): BoundedQueue;
  /** Of the frames of one camera that wait, only the newest is kept. */
  latestOnly: boolean;
  /** Undefined: the built-in recogniser, which each node opens over its own model. */
  openLmm(): ServedLmm | undefined;
  /** As deployed. */
  address: Readonly<Pick<EngineFields, "kind" | "host">>;
  /** Where the nodes note the calls that they did not need. */
  activity: ServerActivity;
  readActivity(language: Language): ServerView;
}

/** The model that several nodes share; the process loads it once, on their behalf. */
export interface ClipModelNode extends Node {
  type: "clip-model";
  /** Throws `BAD_CONFIG`. */
  readOptions(): EmbedderOptions;
  /** Warns, once a deploy, where the model does not compute on what the dialog says. */
  checkProvider(info: EmbedderInfo): void;
}

/** The plant's classes, shared by several nodes. */
export interface VocabularyNode extends Node {
  type: "tlac-vocabulary";
  /** Throws `BAD_CONFIG` with the line that cannot be read. */
  readVocabulary(): {
    vocabulary: Vocabulary;
    template?: string;
    accept?: Knob;
    recording?: Recording;
    /** Every so many confirmed pictures one is kept for tests; 0: none. */
    testEvery?: number;
  };
}
