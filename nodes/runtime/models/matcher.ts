import type { NodeAPI, NodeMessageInFlow } from "node-red";

import type { LoadProgress } from "../../../lib/clip/load-progress";
import { TlacError } from "../../../lib/errors";
import type { Knob } from "../../../lib/confidence/knob";
import type { VocabularyIndex } from "../../../lib/match/vocabulary-index";
import type { Calibration } from "../../../lib/confidence/calibration";
import { parseVocabulary } from "../../../lib/vocabulary/parse-vocabulary";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import type { ClipModelNode, VocabularyNode } from "../settings/config-nodes";
import { cacheFolder } from "./cache-folder";
import { CalibrationsUse } from "./calibrations";
import type { Notice } from "../input/handle-input";
import { EmbedderUse } from "./embedder-use";
import { findConfig } from "../settings/read-settings";
import type { ExampleIndex } from "../../../lib/witness/examples";
import { ExamplesUse } from "../examples/shared-examples";
import { extendVocabulary } from "../record/shared-learners";
import type { Decided, Recording } from "../record/recorder";
import { readAccept } from "../settings/read-rules";
import { getIndex, indexExamples } from "./shared-indexes";
import { findUnreadableClasses } from "./unreadable-classes";

/** The fields of a dialog that say what is matched with which model. */
export interface MatcherSettings {
  /** Id of a `clip-model`; empty: the bundled starter. */
  model: string;
  /** Id of a `tlac-vocabulary`; empty: the classes below. */
  vocabulary: string;
  /** The node's own classes, in any form that `parseVocabulary` reads; an environment variable may hold a list. */
  classes: unknown;
  /** The knob; empty: the vocabulary's. */
  accept?: string | number | undefined;
}

/** A use of the model that a dialog chose, or of the bundled starter. */
export function useModel(
  RED: NodeAPI,
  model: string,
  onProgress: (progress: LoadProgress) => void,
): EmbedderUse {
  const find = () => findConfig<ClipModelNode>(RED, model, "clip-model");
  return new EmbedderUse(
    () => find()?.readOptions() ?? { model: "starter", cacheDir: cacheFolder(RED) },
    onProgress,
    ({ info }) => find()?.checkProvider(info),
  );
}

/** What one message is compared with. */
export interface Comparison {
  readonly index: VocabularyIndex;
  /** Absent where no picture is confirmed for any class. */
  readonly examples: ExampleIndex | undefined;
  readonly accept: Knob | undefined;
  /** What labelled photos of the node's own vocabulary have shown. */
  readonly calibrations: readonly Calibration[];
  /** Whose decisions these are, and what of them is kept. */
  readonly origin: Pick<Decided, "vocabulary" | "recording">;
}

/** A vocabulary as it was typed or sent. */
interface Found {
  readonly vocabulary: Vocabulary;
  readonly template?: string;
  readonly accept?: Knob;
  readonly recording?: Recording;
}

/** Model and vocabulary of one node, from its dialog or its messages. */
export class Matcher {
  readonly embedder: EmbedderUse;
  private own: Vocabulary | undefined;
  /** What the last `msg.vocabulary` held: ten thousand classes take 100 ms to read. */
  private sent: { readonly text: string; readonly vocabulary: Vocabulary } | undefined;

  private readonly examples: ExamplesUse;
  private readonly calibrations: CalibrationsUse;
  /** Of the `tlac-vocabulary`, or of the node whose own classes they are. */
  private readonly id: string;

  constructor(
    private readonly RED: NodeAPI,
    node: string,
    private readonly settings: MatcherSettings,
    onProgress: (progress: LoadProgress) => void,
  ) {
    this.id = settings.vocabulary || node;
    this.examples = new ExamplesUse(RED, this.id);
    this.calibrations = new CalibrationsUse(RED, this.id);
    this.embedder = useModel(RED, settings.model, onProgress);
  }

  /**
   * What a message is compared with: `msg.vocabulary` and `msg.accept` first, then the dialog.
   * Throws `BAD_CONFIG`, `BAD_MESSAGE`.
   */
  async prepareFor(message: NodeMessageInFlow & { accept?: unknown }): Promise<Comparison> {
    const found = this.findVocabulary(message.vocabulary);
    const { template, accept, recording = "" } = found;
    const isSent = message.vocabulary !== undefined && message.vocabulary !== null;
    // What was taught of the plant's classes is not true of any that a message brings.
    const vocabulary = isSent ? found.vocabulary : await this.extend(found.vocabulary);
    const wanted = readAccept(message.accept, "msg.accept", "BAD_MESSAGE");
    const own = readAccept(this.settings.accept, "accept", "BAD_CONFIG");
    const embedder = await this.embedder.get();
    const index = await getIndex(vocabulary, embedder, template);
    const set = embedder.info.hasVision ? await this.examples.get(embedder, found.vocabulary) : undefined;
    const examples = set && set.rows > 0 ? indexExamples(set, index.vocabulary) : undefined;
    const calibrations = isSent ? [] : await this.calibrations.get(embedder.info);
    const origin = { vocabulary: { id: this.id, digest: vocabulary.digest }, recording };
    return { index, examples, accept: wanted ?? own ?? accept, calibrations, origin };
  }

  /** The classes of the dialog, as they were typed. Throws `BAD_CONFIG`. */
  readTyped(): { readonly vocabulary: Vocabulary } {
    return this.findVocabulary();
  }

  async release(): Promise<void> {
    this.examples.release();
    await this.embedder.release();
  }

  /**
   * Checks the dialog at deploy and, where wanted, loads what the first message would load. What
   * is no error but will disappoint is the notice. Throws `BAD_CONFIG`, `EMBEDDER_UNAVAILABLE`.
   */
  async prepare(load: boolean): Promise<Notice | undefined> {
    const { model } = this.embedder.readOptions();
    // No classes at all may be meant: they can come with each message.
    const chosen = this.hasClasses() ? this.findVocabulary() : undefined;
    const notice = chosen
      ? await findUnreadableClasses(
          chosen.vocabulary,
          model,
          await this.examples.findClasses(chosen.vocabulary),
        )
      : ({ status: { key: "nodes.status-no-classes" }, warnings: [] } as const);
    if (load) {
      const embedder = await this.embedder.get();
      if (chosen) await getIndex(await this.extend(chosen.vocabulary), embedder, chosen.template);
    }
    return notice;
  }

  private extend(typed: Vocabulary): Promise<Vocabulary> {
    return extendVocabulary(this.RED, this.id, typed);
  }

  private hasClasses(): boolean {
    const { vocabulary, classes } = this.settings;
    const own = typeof classes === "string" ? classes.trim() : classes;
    return Boolean(vocabulary) || Boolean(own);
  }

  /** A text is the same as long as its letters are; a list may have been changed in place. */
  private readSent(value: unknown): Vocabulary {
    if (typeof value !== "string") return parseVocabulary(value);
    if (this.sent?.text !== value) this.sent = { text: value, vocabulary: parseVocabulary(value) };
    return this.sent.vocabulary;
  }

  private findVocabulary(override?: unknown): Found {
    if (override !== undefined && override !== null) {
      return { vocabulary: this.readSent(override) };
    }
    const { vocabulary, classes } = this.settings;
    const shared = findConfig<VocabularyNode>(this.RED, vocabulary, "tlac-vocabulary");
    if (shared) return shared.readVocabulary();
    if (!this.hasClasses()) throw new TlacError("BAD_CONFIG", "nodes.no-classes");
    this.own ??= parseVocabulary(classes);
    return { vocabulary: this.own };
  }
}
