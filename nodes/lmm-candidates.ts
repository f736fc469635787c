import type { Node, NodeAPI, NodeDef } from "node-red";

import type { LoadProgress } from "../lib/clip/load-progress";
import { factsOf } from "../lib/frame/frame";
import type { Proposal } from "../lib/lmm/lmm";
import { servePrompt } from "./admin/prompts";
import { serveRules } from "./admin/rules";
import { imagesOf } from "./runtime/input/departures";
import { handleInput } from "./runtime/input/handle-input";
import { runtimeLanguage } from "./runtime/status/language";
import { LmmUse } from "./runtime/server/lmm-use";
import { useModel } from "./runtime/models/matcher";
import { loading, proposed, serverState } from "./runtime/status/node-status";
import { readFilters, type FilterSettings } from "./runtime/settings/read-filters";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readOnce } from "./runtime/settings/read-once";
import { readPrompt, type PromptSettings } from "./runtime/settings/read-prompt";
import { checkProperty, nameProperty, readProperty } from "./runtime/input/read-property";
import { cameraSource, readTurn, type CameraSettings } from "./runtime/input/read-turn";
import { readFrameOptions, loadImage, type ImageSettings } from "./runtime/scene/resolve-image";

interface LmmCandidatesDef
  extends NodeDef, ImageSettings, CameraSettings, PromptSettings, FilterSettings {
  server: string;
  loadAtDeploy: boolean;
}

export default function (RED: NodeAPI): void {
  servePrompt(RED, "lmm-candidates");
  serveRules(RED, "lmm-candidates");
  function LmmCandidatesNode(this: Node, def: LmmCandidatesDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const showLoading = (progress: LoadProgress): void => {
      input.show(loading(progress, language));
    };
    const embedder = useModel(RED, "", showLoading);
    const lmmUse = new LmmUse(RED, this.id, def.server, embedder, showLoading, (state) => {
      input.show(serverState(state, language));
    });
    const source = { property: def.image, type: def.imageType };
    const readSettings = readOnce(() => {
      checkEnvironment("lmm-candidates", def);
      for (const property of [source, cameraSource(def)]) {
        if (property) checkProperty(RED, property);
      }
      return { frame: readFrameOptions(def), filter: readFilters(def) };
    });

    const input = handleInput(RED, this, {
      doors: ["out", "skipped"],
      prepare: async (signal) => {
        readSettings();
        lmmUse.check();
        if (def.loadAtDeploy) await lmmUse.warmUp(signal);
        return undefined;
      },
      work: async (message, signal) => {
        const { frame, filter } = readSettings();
        const turn = await readTurn(RED, this, def, message);
        // Words are what this node is for: flows from before the choice get all of them.
        const settings = { ...def, describe: def.describe ?? true };
        const { prompt, answer } = readPrompt(settings, message, turn);
        const { value } = await readProperty(RED, this, source, message);
        const lmm = await lmmUse.get();
        const loaded = await loadImage(value, nameProperty(source), { ...frame, signal }, turn);
        const { image, proposals } = await lmmUse.run({
          ...turn,
          signal,
          image: loaded,
          work: async (image) => {
            const proposals: Proposal[] = [];
            for (const one of image.frames) {
              const proposal = await lmm.propose(one, prompt, { signal, answer });
              const filtered = filter && (await filter(proposal, { signal }));
              proposals.push({ ...proposal, ...filtered, ...factsOf(one) });
            }
            return { image, proposals };
          },
        });
        return {
          door: "out",
          set: { payload: image.batch ? proposals : proposals[0], image: imagesOf(image) },
          status: proposed(proposals[0]?.candidates[0]?.name ?? ""),
        };
      },
      release: async () => {
        await lmmUse.release();
        await embedder.release();
      },
    });
  }
  RED.nodes.registerType("lmm-candidates", LmmCandidatesNode);
}
