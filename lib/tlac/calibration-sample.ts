import type { CalibrationSample } from "../confidence/calibration";
import type { Judgement } from "./classify";

/**
 * What a labelled photo shows of the confidence, at each stage that could have decided; null where
 * nobody spoke.
 *
 * @param truth id of the class that the photo shows; null: none of them
 */
export function toSample(
  { stages }: Pick<Judgement, "stages">,
  truth: string | null,
): CalibrationSample | null {
  const samples = stages.map(
    ({ voices, values, confidence, settled, winner }): CalibrationSample => ({
      ...{ voices, values, right: winner === truth },
      // A second answer has settled what the coefficients cannot tell.
      ...(settled ? { settled: confidence } : {}),
    }),
  );
  const last = samples.pop();
  return last ? { ...last, before: samples } : null;
}
