import assert from "node:assert/strict";

import { calibrate, type CalibrationSample } from "../../lib/confidence/calibration";
import { DEFAULT_COEFFICIENTS } from "../../lib/confidence/confidence";
import { guaranteeOf } from "../../lib/confidence/guarantee";
import { KNOBS } from "../../lib/confidence/knob";
import { predict } from "../../lib/confidence/logistic";

const KEY = { embedder: "e", lmm: "l", mode: "slac" };
const DATE = new Date("2026-01-02T03:04:05Z");
const SOURCE = { key: KEY, vocabulary: "v", date: DATE, strangers: 0 };
const MODEL = DEFAULT_COEFFICIENTS.models.words!;

/** Photos like the average one, but for one feature; `right` says which of them are right. */
function photos(count: number, right: (at: number) => boolean, odds = 1): CalibrationSample[] {
  const average = Object.fromEntries(
    MODEL.features.map((name, at) => [name, MODEL.means[at] ?? 0]),
  );
  const deviation = MODEL.deviations[MODEL.features.indexOf("words.odds")] ?? 1;
  return Array.from({ length: count }, (_, at) => ({
    voices: "words",
    right: right(at),
    values: {
      ...average,
      "words.odds": (average["words.odds"] ?? 0) + (right(at) ? odds : -odds) * deviation,
    },
  }));
}

describe("a calibration by the user's own photos", () => {
  it("needs ten photos", () => {
    assert.equal(
      calibrate(
        photos(9, () => true),
        SOURCE,
      ),
      null,
    );
    assert.notEqual(
      calibrate(
        photos(10, () => true),
        SOURCE,
      ),
      null,
    );
  });

  it("changes little by 20 photos and decides by 300", () => {
    const average = photos(1, () => true, 0)[0]!.values;
    const before = predict(MODEL, average);
    const always = (count: number): number =>
      predict(
        calibrate(
          photos(count, () => true, 0),
          SOURCE,
        )!.models.words!,
        average,
      );
    const little = always(20);
    const much = always(300);
    assert.ok(
      little > before && little - before < (1 - before) * 0.75,
      `${String(before)} ${String(little)}`,
    );
    assert.ok(much > 0.8 && 1 - much < (1 - little) / 2, `${String(little)} ${String(much)}`);
  });

  it("proves a knob by enough photos that are right, and says which", () => {
    const calibration = calibrate(
      photos(400, () => true, 3),
      SOURCE,
    )!;
    assert.deepEqual(Object.keys(calibration.proven), ["20", "50", "100"]);
    assert.match(
      guaranteeOf(50, calibration, "v", "en-US"),
      /1 wrong in 50.*95 %.*400.*2026-01-02/,
    );
    assert.match(guaranteeOf(200, calibration, "v", "en-US"), /about \d+ more labelled photos/);
    assert.match(guaranteeOf(200, calibration, "v", "ja"), /あと約 \d+ 枚/);
    assert.match(guaranteeOf(50, calibration, "w", "en-US"), /for an earlier state/);
  });

  it("proves nothing without photos, and says how many it takes", () => {
    assert.match(
      guaranteeOf(50, undefined, "v", "en-US"),
      /^None yet: about 149 more labelled photos prove 1 in 50\.$/,
    );
  });

  it("does not let photos prove what was fitted on them", () => {
    // Right or wrong by chance: nothing can tell them apart, and so nothing is proven.
    const calibration = calibrate(
      photos(300, (at) => (at * 7919) % 3 > 0, 0),
      SOURCE,
    )!;
    const [average] = photos(1, () => true, 0);
    const confidence = predict(calibration.models.words!, average!.values);
    for (const knob of KNOBS) assert.ok((calibration.proven[knob] ?? 1) > confidence - 0.02);
  });

  it("keeps a stricter knob from deciding more", () => {
    const { models } = calibrate(
      photos(120, () => true, 3),
      SOURCE,
    )!;
    for (const { thresholds } of Object.values(models)) {
      const list = KNOBS.map((knob) => thresholds[knob]!);
      assert.deepEqual(
        [...list].sort((a, b) => a - b),
        list,
      );
    }
  });

  it("keeps the default coefficients of voices that it has not heard", () => {
    const { models } = calibrate(
      photos(50, () => true),
      SOURCE,
    )!;
    assert.deepEqual(models.labels!.weights, DEFAULT_COEFFICIENTS.models.labels!.weights);
  });

  it("survives being written and read", () => {
    const calibration = calibrate(
      photos(50, (at) => at % 9 > 0),
      { ...SOURCE, strangers: 7 },
    )!;
    assert.deepEqual(JSON.parse(JSON.stringify(calibration)), calibration);
    assert.deepEqual([calibration.photos, calibration.strangers], [50, 7]);
  });
});
