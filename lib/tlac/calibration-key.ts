import type { CalibrationKey } from "../confidence/calibration";
import type { LmmIdentity } from "../lmm/lmm";
import type { ClassifyOptions } from "./classify";

/**
 * What a calibration is of: other models, or a cascade that asks about every image, decide by
 * other rules.
 *
 * @param lmm the model that answers; null where there is none
 */
export function calibrationKey(
  {
    mode,
    index,
    askAlways,
    filter,
  }: Pick<ClassifyOptions, "mode" | "index" | "askAlways" | "filter">,
  lmm: LmmIdentity | null,
): CalibrationKey {
  const always = mode === "cascade" && (Boolean(askAlways) || filter !== undefined);
  return {
    embedder: index.embedder.info.digest,
    lmm: lmm?.digest ?? lmm?.name ?? "",
    mode: always ? "cascade, always asked" : mode,
  };
}
