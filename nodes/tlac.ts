import type { Node, NodeAPI, NodeDef } from "node-red";

import type { LoadProgress } from "../lib/clip/load-progress";
import { throwIfClosed, toError } from "../lib/errors";
import { translate } from "../lib/i18n/catalogue";
import { maySettle, settleFrames, type ClassifyOptions } from "../lib/tlac/classify";
import type { Lmm } from "../lib/lmm/lmm";
import { DriftWatch } from "../lib/tlac/drift-watch";
import { MODES, type Result } from "../lib/tlac/result";
import { serveEvaluation } from "./admin/evaluation/serve-evaluation";
import { servePhotoTest } from "./admin/photo-test";
import { servePrompt } from "./admin/prompts";
import { serveRules } from "./admin/rules";
import { Thumbnails } from "./admin/thumbnails";
import { departJudged } from "./runtime/input/departures";
import { handleInput, withWarning, type Departure } from "./runtime/input/handle-input";
import { runtimeLanguage } from "./runtime/status/language";
import { LmmUse } from "./runtime/server/lmm-use";
import { Matcher, type MatcherSettings } from "./runtime/models/matcher";
import { readFilters, type FilterSettings } from "./runtime/settings/read-filters";
import { readPrompt, type PromptSettings } from "./runtime/settings/read-prompt";
import { loading, serverState } from "./runtime/status/node-status";
import { checkProperty, nameProperty, readProperty } from "./runtime/input/read-property";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readOnce } from "./runtime/settings/read-once";
import { noteOldRules, readRules, type RuleSettings } from "./runtime/settings/read-rules";
import { readChoice, readNumber, type NumberField } from "./runtime/settings/read-settings";
import { Skip } from "./runtime/input/skip";
import { cameraSource, readTurn, type CameraSettings } from "./runtime/input/read-turn";
import {
  loadImage,
  readFrameOptions,
  type ImageSettings,
  type ResolvedImage,
} from "./runtime/scene/resolve-image";
import { compareInTurn, takeTurn } from "./runtime/scene/image-line";
import { noteOldScenes, SceneMemory, type SceneSettings } from "./runtime/scene/scene-memory";
import { openMemo } from "./runtime/models/shared-memo";
import { DriftSign } from "./runtime/record/drift-sign";
import { classifyAndHear, type Heard } from "./runtime/record/classify-and-hear";
import { Recorder } from "./runtime/record/recorder";
import type { VocabularyNode } from "./runtime/settings/config-nodes";

interface TlacDef
  extends
    NodeDef,
    ImageSettings,
    MatcherSettings,
    RuleSettings,
    CameraSettings,
    PromptSettings,
    FilterSettings,
    SceneSettings {
  server: string;
  /** Empty: `cascade` with an LMM that answers questions, `slac` without. */
  mode: string;
  secondLook: boolean;
  /** A cascade asks the LMM about every image. */
  askAlways?: boolean;
  /** Per cent of the images decided without the LMM about which it is asked all the same. */
  spotChecks?: NumberField;
  /** Whether the image itself testifies beside the LMM's words. */
  sight?: boolean;
  loadAtDeploy: boolean;
  /** The editor shows the last image under the node. */
  thumbnail: boolean;
}

/** What a message's image came out as. */
interface Judged {
  readonly image: ResolvedImage;
  readonly results: readonly Result[];
  readonly answers?: Heard["answers"];
}

export default function (RED: NodeAPI): void {
  servePrompt(RED, "tlac");
  serveRules(RED, "tlac");
  servePhotoTest(RED);
  serveEvaluation(RED);
  const thumbnails = new Thumbnails(RED);
  function TlacNode(this: Node & Partial<VocabularyNode>, def: TlacDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const source = { property: def.image, type: def.imageType };
    const showLoading = (progress: LoadProgress): void => {
      input.show(loading(progress, language));
    };
    const matcher = new Matcher(RED, this.id, def, showLoading);
    // Corrections look for the classes here, where they are the node's own.
    this.readVocabulary = () => matcher.readTyped();
    const recorder = new Recorder(RED, this.id);
    const sign = new DriftSign(this, language, (status) => {
      input.show(status);
    });
    const lmmUse = new LmmUse(RED, this.id, def.server, matcher.embedder, showLoading, (state) => {
      input.show(serverState(state, language));
    });
    const thumbnail = def.thumbnail
      ? thumbnails.createSender(this.id, (thrown) => {
          this.debug(toError(thrown).message);
        })
      : undefined;
    const drift = new DriftWatch();
    const noteUnasked = (result: Result): void => {
      lmmUse.countUnasked(result);
      const seen = drift.note(result);
      if (seen) this.warn(translate(`nodes.drift-${seen.kind}`, { ...seen }, language));
    };
    const count = (result: Result, lmm: Lmm | null): void => {
      const { cached, cascade, lmmFailure } = result;
      if (cached.frame) {
        if (lmm) lmmUse.countSaved("frame");
        return;
      }
      if (cached.reconcile) lmmUse.countSaved("reconcile");
      if (cascade === "sight") noteUnasked(result);
      if (!lmmFailure) return;
      this.warn(translate("nodes.lmm-failure", { reason: lmmFailure.message }, language));
    };
    const depart = ({ results, image }: Judged): Departure => {
      thumbnail?.show(image.frames[0]?.jpeg, results[0]);
      return sign.mark(departJudged(results, image, language));
    };
    const readSettings = readOnce(() => {
      checkEnvironment("tlac", def);
      for (const property of [source, cameraSource(def)]) {
        if (property) checkProperty(RED, property);
      }
      return {
        mode: readChoice(def.mode, MODES, "mode", "BAD_CONFIG"),
        frame: readFrameOptions(def),
        rules: readRules(def),
        filter: readFilters(def),
        spotChecks: readNumber(def.spotChecks, "spotChecks") / 100,
        scenes: SceneMemory.create(def),
      };
    });

    const input = handleInput(RED, this, {
      doors: ["class", "review", "skipped"],
      prepare: async (signal) => {
        const { mode } = readSettings();
        lmmUse.check();
        recorder.watch(sign.hear);
        const classes = await matcher.prepare(def.loadAtDeploy);
        const notice = withWarning(withWarning(classes, noteOldRules(def)), noteOldScenes(def));
        if (def.loadAtDeploy && mode !== "clip") await lmmUse.warmUp(signal);
        return notice;
      },
      work: async (message, signal) => {
        const settings = readSettings();
        const turn = await readTurn(RED, this, def, message);
        const { value } = await readProperty(RED, this, source, message);
        const wanted = readChoice(message.mode, MODES, "msg.mode", "BAD_MESSAGE");
        const chosen = wanted ?? settings.mode;
        const compared = await matcher.prepareFor(message);
        const labels = compared.index.vocabulary.classes.map(({ label }) => label);
        const lmm = chosen === "clip" ? null : await lmmUse.get();
        const options: ClassifyOptions = {
          mode: chosen ?? (lmm?.ask ? "cascade" : "slac"),
          lmm,
          ...compared,
          // Flows made before there was a choice have none.
          sight: def.sight !== false,
          rules: settings.rules,
          ...readPrompt(def, message, { ...turn, vocabulary: labels }),
          ...(settings.filter ? { filter: settings.filter } : {}),
          memo: await openMemo(RED),
          secondLook: def.secondLook,
          askAlways: def.askAlways === true,
          spotChecks: settings.spotChecks,
          signal,
        };
        const { scenes, frame } = settings;
        const loaded = await loadImage(value, nameProperty(source), { ...frame, signal }, turn);
        const scene = { camera: turn.camera ?? "", context: contextOf(options), lmm };
        const recall = async (
          image: ResolvedImage,
          gone?: AbortSignal,
        ): Promise<Judged | undefined> => {
          const known = await scenes.recall(scene, image);
          throwIfClosed(gone);
          if (!known) return undefined;
          if (scenes.unchanged !== "skip") return { image, results: [known] };
          if (lmm) lmmUse.countSaved("frame");
          throw new Skip("unchanged");
        };
        const settle = async (
          image: ResolvedImage,
          gone: AbortSignal,
        ): Promise<Judged | undefined> => {
          const { frames, frameMs } = image;
          // What the LMM is asked about anyway waits in its line alone.
          if (!maySettle(frames, options)) return undefined;
          const results = await takeTurn(gone, () =>
            settleFrames(frames, { ...options, frameMs, signal: gone }),
          );
          throwIfClosed(gone);
          if (!results) return undefined;
          await scenes.remember(scene, image, results);
          return { image, results };
        };
        const judge = async (image: ResolvedImage): Promise<Judged> => {
          // What was in front of it in the line may have answered for this one, too.
          const known = await recall(image);
          if (known) return known;
          const { frames, frameMs } = image;
          const { results, answers } = await classifyAndHear(frames, { ...options, frameMs });
          await scenes.remember(scene, image, results);
          return { image, results, answers };
        };
        // What needs no LMM does not wait for one.
        const early = async (
          image: ResolvedImage,
          gone: AbortSignal,
        ): Promise<Judged | undefined> =>
          (await recall(image, gone)) ?? (lmm ? settle(image, gone) : undefined);
        const job = { ...turn, signal, image: loaded, early, work: judge };
        const judged = await (lmm ? lmmUse.run(job) : compareInTurn(job));
        // Only what leaves by a door of decisions is one: not what was skipped or closed meanwhile.
        throwIfClosed(signal);
        for (const result of judged.results) count(result, lmm);
        const { frames } = judged.image;
        recorder.keep({ ...compared.origin, ...judged, frames, camera: turn.camera });
        return depart(judged);
      },
      release: async () => {
        thumbnail?.close();
        await lmmUse.release();
        await matcher.release();
        await recorder.release();
      },
    });
  }
  RED.nodes.registerType("tlac", TlacNode);
}

/** What must be the same for a camera's last result to hold. */
function contextOf(options: ClassifyOptions): string {
  const { mode, index, examples, calibrations = [], accept, sight, prompt, rules } = options;
  const { vocabulary, embedder } = index;
  const learnt = [examples?.digest, ...calibrations.map(({ date }) => date)];
  const models = [vocabulary.digest, embedder.info.digest, ...learnt];
  return JSON.stringify([mode, ...models, accept, sight, prompt, rules]);
}
