import { translate, type Language } from "../../i18n/catalogue";
import type { Figures } from "./figures";

/** How good it is, in one sentence. */
export function describeVerdict(figures: Figures, language: Language): string {
  const { judged, strangers, right, knownRight, wrong, person, provenOneIn } = figures;
  if (judged === 0) return translate("evaluation.verdict-none", {}, language);
  const shown = strangers > 0 ? knownRight : right;
  const proof =
    provenOneIn === null
      ? translate("evaluation.proven-nothing", {}, language)
      : translate("evaluation.proven", { oneIn: provenOneIn }, language);
  const params = {
    ...{ photos: judged, strangers, proof },
    right: percent(shown.share),
    low: Math.round(100 * shown.low),
    high: Math.round(100 * shown.high),
    wrong: percent(wrong.share),
    person: percent(person.share),
  };
  const key = strangers > 0 ? "evaluation.verdict-strangers" : "evaluation.verdict";
  return translate(key, params, language);
}

/** One decimal, without a sign. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}
