import type { NodeAPI, NodeDef } from "node-red";

import { parseVocabulary } from "../lib/vocabulary/parse-vocabulary";
import { serveVocabulary } from "./admin/vocabulary";
import { RECORDINGS } from "./runtime/record/recorder";
import { readChoice, readNumber, type NumberField } from "./runtime/settings/read-settings";
import type { VocabularyNode } from "./runtime/settings/config-nodes";
import { describeError, runtimeLanguage } from "./runtime/status/language";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readAccept } from "./runtime/settings/read-rules";
import { readOnce } from "./runtime/settings/read-once";
import { readTemplate } from "./runtime/settings/read-template";

interface VocabularyDef extends NodeDef {
  /** The table's rows as JSON; or a plain list, CSV with a header, any JSON that is read. */
  classes: string;
  /** Sentence around each name; empty: the default. */
  template: string;
  /** The knob: at most 1 wrong in so many; empty: the default. */
  accept?: string;
  /** What of the decisions is kept; empty: nothing. */
  record?: string;
  /** Every so many confirmed pictures one is kept for tests; 0: none. */
  testEvery?: NumberField;
}

export default function (RED: NodeAPI): void {
  function VocabularyNode(this: VocabularyNode, def: VocabularyDef): void {
    RED.nodes.createNode(this, def);
    this.readVocabulary = readOnce(() => {
      checkEnvironment("tlac-vocabulary", def);
      const vocabulary = parseVocabulary(def.classes);
      const template = readTemplate(def.template, def.name || "tlac-vocabulary");
      const accept = readAccept(def.accept, "accept", "BAD_CONFIG");
      const recording = readChoice(def.record, RECORDINGS, "record", "BAD_CONFIG");
      return {
        vocabulary,
        ...(template ? { template } : {}),
        ...(accept ? { accept } : {}),
        ...(recording ? { recording } : {}),
        testEvery: readNumber(def.testEvery, "testEvery"),
      };
    });
    try {
      this.readVocabulary();
    } catch (thrown) {
      // A config node has no place on the canvas: the log tells at deploy, each user with its messages.
      this.error(describeError(thrown, runtimeLanguage(RED)));
    }
  }
  RED.nodes.registerType("tlac-vocabulary", VocabularyNode);
  serveVocabulary(RED);
}
