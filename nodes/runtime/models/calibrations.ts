import type { NodeAPI } from "node-red";

import type { EmbedderInfo } from "../../../lib/clip/embedder";
import type { Calibration } from "../../../lib/confidence/calibration";
import { CalibrationStore } from "../../../lib/confidence/calibration-store";
import { translate } from "../../../lib/i18n/catalogue";
import { runtimeLanguage } from "../status/language";
import { vocabularyFolder } from "./cache-folder";

/** One node's use of what labelled photos have shown of its vocabulary. */
export class CalibrationsUse {
  private readonly store: CalibrationStore;
  private told = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly id: string,
  ) {
    this.store = CalibrationStore.open(vocabularyFolder(RED, id));
  }

  /** Says once in the log where all there are were made with another model. */
  async get({ digest }: EmbedderInfo): Promise<readonly Calibration[]> {
    const all = await this.store.read();
    const [newest] = all;
    const { RED, id } = this;
    if (newest && !this.told && all.every(({ key }) => key.embedder !== digest)) {
      this.told = true;
      const params = { date: newest.date.slice(0, 10) };
      const language = runtimeLanguage(RED);
      RED.log.warn(`[tlac:${id}] ${translate("tlac.calibration-other-models", params, language)}`);
    }
    return all;
  }
}
