import type { Node, NodeAPI, NodeDef } from "node-red";

import type { LoadProgress } from "../lib/clip/load-progress";
import { throwIfClosed } from "../lib/errors";
import { classifyFrames, classifyWords } from "../lib/tlac/classify";
import { departJudged } from "./runtime/input/departures";
import { handleInput, withWarning } from "./runtime/input/handle-input";
import { runtimeLanguage } from "./runtime/status/language";
import { Matcher, type MatcherSettings } from "./runtime/models/matcher";
import { loading } from "./runtime/status/node-status";
import { checkProperty, nameProperty, readProperty } from "./runtime/input/read-property";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readOnce } from "./runtime/settings/read-once";
import { noteOldRules, readRules, type RuleSettings } from "./runtime/settings/read-rules";
import { readChoice } from "./runtime/settings/read-settings";
import { looksLikeImage, readWords } from "./runtime/input/read-words";
import { DriftSign } from "./runtime/record/drift-sign";
import { Recorder } from "./runtime/record/recorder";
import type { VocabularyNode } from "./runtime/settings/config-nodes";
import { nameCamera } from "./runtime/input/read-turn";
import { compareInTurn } from "./runtime/scene/image-line";
import { readFrameOptions, loadImage, type ImageSettings } from "./runtime/scene/resolve-image";

interface ClipMatchDef extends NodeDef, ImageSettings, MatcherSettings, RuleSettings {
  /** Empty: whatever the message holds. */
  input: "" | "words" | "image";
  loadAtDeploy: boolean;
}

const INPUTS = ["words", "image"] as const;

export default function (RED: NodeAPI): void {
  function ClipMatchNode(this: Node & Partial<VocabularyNode>, def: ClipMatchDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const source = { property: def.image, type: def.imageType };
    const name = nameProperty(source);
    const matcher = new Matcher(RED, this.id, def, (progress: LoadProgress) => {
      input.show(loading(progress, language));
    });
    // Corrections look for the classes here, where they are the node's own.
    this.readVocabulary = () => matcher.readTyped();
    const recorder = new Recorder(RED, this.id);
    const sign = new DriftSign(this, language, (status) => {
      input.show(status);
    });
    const readSettings = readOnce(() => {
      checkEnvironment("clip-match", def);
      checkProperty(RED, source);
      return {
        kind: readChoice(def.input, INPUTS, "input", "BAD_CONFIG"),
        frame: readFrameOptions(def),
        rules: readRules(def),
      };
    });

    const input = handleInput(RED, this, {
      doors: ["class", "review"],
      prepare: async () => {
        readSettings();
        recorder.watch(sign.hear);
        return withWarning(await matcher.prepare(def.loadAtDeploy), noteOldRules(def));
      },
      work: async (message, signal) => {
        const { kind, frame, rules } = readSettings();
        const { value } = await readProperty(RED, this, source, message);
        const camera = nameCamera(message);
        const isImage = kind ? kind === "image" : looksLikeImage(value);
        if (!isImage) {
          const words = readWords(value, name);
          const compared = await matcher.prepareFor(message);
          const result = await classifyWords(words, { ...compared, rules, signal });
          throwIfClosed(signal);
          recorder.keep({ ...compared.origin, results: [result], camera });
          return sign.mark(departJudged([result], undefined, language));
        }
        const known = await matcher.prepareFor(message);
        const { image, results } = await compareInTurn({
          signal,
          image: await loadImage(value, name, { ...frame, signal }),
          work: async (image) => {
            const { frames, frameMs } = image;
            const compared = { ...known, rules, frameMs, signal };
            const options = { mode: "clip", lmm: null, ...compared } as const;
            return { image, results: await classifyFrames(frames, options) };
          },
        });
        throwIfClosed(signal);
        recorder.keep({ ...known.origin, results, frames: image.frames, camera });
        return sign.mark(departJudged(results, image, language));
      },
      release: async () => {
        await matcher.release();
        await recorder.release();
      },
    });
  }
  RED.nodes.registerType("clip-match", ClipMatchNode);
}
