import { translate, type MessageKey, type MessageParams, type Phrase } from "../../i18n/catalogue";
import { html, type Html } from "./html";

/** A sentence in both languages; the page shows the one that its reader has chosen. */
export function text(key: MessageKey, params: MessageParams = {}): Html {
  const [english, japanese] = (["en-US", "ja"] as const).map((language) =>
    translate(key, params, language),
  );
  if (english === japanese) return html`${english}`;
  return html`<span lang="en">${english}</span><span lang="ja">${japanese}</span>`;
}

/** The same inside SVG, where a span is none. */
export function svgText(key: MessageKey, params: MessageParams = {}): Html {
  const [english, japanese] = (["en-US", "ja"] as const).map((language) =>
    translate(key, params, language),
  );
  return html`<tspan lang="en">${english}</tspan><tspan lang="ja">${japanese}</tspan>`;
}

/** A failure's own words, or a phrase in both languages. */
export function phrase(reason: string | Phrase): Html {
  return typeof reason === "string" ? html`${reason}` : text(reason.key, reason.params);
}

/** Between a number and its unit, which stay on one line. */
const SPACE = "\u00a0";

/** "94.2 %". */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)}${SPACE}%`;
}

/** "0.85 s", "120 ms". */
export function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)}${SPACE}s`;
  return ms >= 1_000
    ? `${(ms / 1000).toFixed(1)}${SPACE}s`
    : `${ms.toFixed(ms < 10 ? 1 : 0)}${SPACE}ms`;
}
