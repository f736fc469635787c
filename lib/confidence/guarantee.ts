import { remember } from "../basics/remember";
import { translate, type Language } from "../i18n/catalogue";
import type { Calibration } from "./calibration";
import { GUARANTEE_CONFIDENCE, missingPhotos, type Knob } from "./knob";

/** Photos without a wrong one that would prove a position of the knob. */
const photosNeeded = remember((knob: Knob) => missingPhotos(0, 0, knob));

/**
 * What is proven about the knob, on how many photos, or how many would prove it: one sentence.
 *
 * @param vocabulary digest of the vocabulary that decides; photos that were judged with an earlier
 *   state of it prove that one
 */
export function guaranteeOf(
  knob: Knob,
  calibration: Calibration | undefined,
  vocabulary: string,
  language: Language,
): string {
  const key = String(knob);
  if (calibration?.proven[key] !== undefined) {
    const { photos, date } = calibration;
    const percent = Math.round(100 * GUARANTEE_CONFIDENCE);
    const params = { knob, photos, percent, date: date.slice(0, 10) };
    const same = calibration.vocabulary === vocabulary;
    return translate(`tlac.guarantee-${same ? "proven" : "earlier"}`, params, language);
  }
  const more = calibration ? calibration.missing[key] : photosNeeded(knob);
  return more === undefined || more === null
    ? translate("tlac.guarantee-out-of-reach", { knob, photos: calibration?.photos ?? 0 }, language)
    : translate("tlac.guarantee-none", { knob, more }, language);
}
