import { translate, type Language } from "../../i18n/catalogue";
import type { Drift } from "./find-drifts";

/** What has changed, and what to look at: one or two sentences. */
export function describeDrift({ kind, camera, now, before }: Drift, language: Language): string {
  return translate(
    `record.drift-${kind}`,
    {
      camera: camera || translate("record.no-camera", {}, language),
      now: (100 * now).toFixed(1),
      before: (100 * before).toFixed(1),
    },
    language,
  );
}
