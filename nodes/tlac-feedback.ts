import type { Node, NodeAPI, NodeDef } from "node-red";

import { handleInput } from "./runtime/input/handle-input";
import { giveAnswer } from "./runtime/record/give-answer";
import { readFeedback } from "./runtime/record/read-feedback";
import { RecordUse } from "./runtime/record/shared-record";
import { runtimeLanguage } from "./runtime/status/language";
import { answered } from "./runtime/status/node-status";

/** The message says everything. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- as in every node's file
interface TlacFeedbackDef extends NodeDef {}

export default function (RED: NodeAPI): void {
  function FeedbackNode(this: Node, def: TlacFeedbackDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const use = new RecordUse(RED);
    handleInput(RED, this, {
      doors: ["out"],
      prepare: () => Promise.resolve(undefined),
      work: async (message, signal) => {
        const feedback = readFeedback(message);
        const { payload } = await giveAnswer(RED, use.record, feedback, { language, signal });
        return { door: "out", set: { payload }, status: answered(payload, language) };
      },
      release: () => use.release(),
    });
  }
  RED.nodes.registerType("tlac-feedback", FeedbackNode);
}
