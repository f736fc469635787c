import type { NodeAPI } from "node-red";

import { DEFAULT_DECODERS, setDecoders } from "../../../lib/frame/decode-pool";
import { translate } from "../../../lib/i18n/catalogue";
import { runtimeLanguage } from "../status/language";

/** More threads than any decoder finds. */
const MOST = 64;

/** What the log knows of already: every node comes by here. */
let warnedOf: unknown;

/** `tlacDecoders` in `settings.js`: how many pictures the process decodes at the same time. */
export function applyDecoders(RED: NodeAPI): void {
  const { tlacDecoders = DEFAULT_DECODERS } = RED.settings as { tlacDecoders?: unknown };
  const isCount =
    typeof tlacDecoders === "number" &&
    Number.isInteger(tlacDecoders) &&
    tlacDecoders >= 1 &&
    tlacDecoders <= MOST;
  setDecoders(isCount ? tlacDecoders : DEFAULT_DECODERS);
  if (isCount || Object.is(tlacDecoders, warnedOf)) return;
  warnedOf = tlacDecoders;
  const params = { most: MOST, value: String(tlacDecoders), used: DEFAULT_DECODERS };
  RED.log.warn(`[tlac] ${translate("nodes.bad-decoders", params, runtimeLanguage(RED))}`);
}
