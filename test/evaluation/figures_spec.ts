import assert from "node:assert/strict";

import type { EvaluatedPhoto } from "../../lib/evaluation/evaluated-photo";
import { rankQuality, riskCoverage } from "../../lib/evaluation/figures/confidence-quality";
import { computeFigures } from "../../lib/evaluation/figures/figures";
import { quantile } from "../../lib/evaluation/figures/latency";
import { toShare } from "../../lib/evaluation/figures/share";
import { describeVerdict } from "../../lib/evaluation/figures/verdict";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { failedPhoto, judgedPhoto } from "./evaluated-photos";

const VOCABULARY = createVocabulary([{ label: "screw" }, { label: "nail" }, { label: "peg" }]);

describe("figures of an evaluation", () => {
  it("give shares with Wilson's interval", () => {
    // Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662, 15 of 148 is 0.0624 to 0.1605.
    for (const [count, of, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [29, 29, 0.883, 1],
    ] as const) {
      const share = toShare(count, of);
      assert.deepEqual(
        [share.low.toFixed(4), share.high.toFixed(4)],
        [low.toFixed(4), high.toFixed(4)],
      );
    }
    assert.deepEqual(toShare(0, 0), { count: 0, of: 0, share: 0, low: 0, high: 1 });
  });

  it("count right, wrong and to a person, and leave out what could not be judged", () => {
    const photos: EvaluatedPhoto[] = [
      judgedPhoto({ truth: "screw", decided: "screw", confidence: 0.9 }),
      judgedPhoto({ truth: "screw", decided: "nail", confidence: 0.8, blame: "mismatched" }),
      judgedPhoto({ truth: "nail", best: "nail", confidence: 0.4, blame: "unsure" }),
      judgedPhoto({ truth: null, decided: "nail", confidence: 0.6, blame: "unnamed" }),
      judgedPhoto({ truth: null, best: "nail", confidence: 0.1 }),
      failedPhoto({ truth: "peg" }),
    ];
    const figures = computeFigures(photos, VOCABULARY);
    const counts = [
      figures.right,
      figures.wrong,
      figures.person,
      figures.knownRight,
      figures.strangersTaken,
    ];
    assert.deepEqual(
      counts.map(({ count, of }) => [count, of]),
      [
        [1, 5],
        [2, 5],
        [2, 5],
        [1, 3],
        [1, 2],
      ],
    );
    assert.deepEqual([figures.judged, figures.failed, figures.strangers], [5, 1, 2]);
    assert.deepEqual(figures.accuracy.count, 2);
    assert.deepEqual(figures.blames, { unreadable: 1, unnamed: 1, mismatched: 1, unsure: 1 });
    const { rows, columns, cells } = figures.confusion;
    assert.deepEqual(
      [rows, columns],
      [
        ["screw", "nail", null],
        ["screw", "nail", null],
      ],
    );
    assert.deepEqual(
      cells.map(({ row, column, count }) => [row, column, count]),
      [
        [0, 0, 1],
        [0, 1, 1],
        [1, 2, 1],
        [2, 1, 1],
        [2, 2, 1],
      ],
    );
    const nail = figures.classes.find(({ id }) => id === "nail");
    assert.deepEqual(
      [nail?.photos, nail?.right, nail?.person, nail?.taken, nail?.precision.of],
      [1, 0, 1, 2, 2],
    );
    assert.equal(figures.classes.length, 2);
  });

  it("rank and calibrate by the confidence of the best class", () => {
    const scored = [
      { confidence: 0.9, right: true },
      { confidence: 0.9, right: true },
      { confidence: 0.5, right: false },
      { confidence: 0.5, right: true },
      { confidence: 0.1, right: false },
    ];
    // Six pairs of a right and a wrong one: five are in order, one is a tie.
    assert.equal(rankQuality(scored), 5.5 / 6);
    assert.equal(rankQuality([{ confidence: 1, right: true }]), null);
    assert.deepEqual(riskCoverage(scored), [
      { threshold: 1, decided: 0, wrong: 0 },
      { threshold: 0.9, decided: 0.4, wrong: 0 },
      { threshold: 0.5, decided: 0.8, wrong: 0.2 },
      { threshold: 0.1, decided: 1, wrong: 0.4 },
    ]);
    const figures = computeFigures(
      scored.map(({ confidence, right }) =>
        judgedPhoto({ truth: "screw", best: right ? "screw" : "nail", confidence }),
      ),
      VOCABULARY,
    );
    // Bins: two at 0.9, all right; two at 0.5, half right; one at 0.1, wrong.
    assert.ok(Math.abs(figures.calibrationError - (0.4 * 0.1 + 0.4 * 0 + 0.2 * 0.1)) < 1e-9);
    assert.equal(figures.reliability.length, 15);
  });

  it("tell the times that half and 95 of 100 pictures take at most", () => {
    const sorted = Array.from({ length: 20 }, (_, at) => at + 1);
    assert.deepEqual(
      [quantile(sorted, 0.5), quantile(sorted, 0.95), quantile([7], 0.95)],
      [10, 19, 7],
    );
    const photos = sorted.map((lmm) =>
      judgedPhoto({
        truth: "screw",
        decided: "screw",
        times: { frame: 1, lmm, embed: 2, match: 3, total: 6 + lmm },
      }),
    );
    const { latency } = computeFigures(photos, VOCABULARY);
    const deviation = Math.sqrt((20 ** 2 - 1) / 12);
    assert.deepEqual(
      latency.find(({ stage }) => stage === "lmm"),
      { stage: "lmm", mean: 10.5, deviation, p50: 10, p95: 19 },
    );
  });

  it("say in one sentence how good it is, and what that proves", () => {
    const photos = Array.from({ length: 312 }, (_, at) =>
      judgedPhoto({
        truth: "screw",
        decided: at < 294 ? "screw" : at < 298 ? "nail" : null,
        confidence: 0.9,
      }),
    );
    // Clopper-Pearson: 4 of 312 is at most 2.91 % with 95 %.
    assert.equal(
      describeVerdict(computeFigures(photos, VOCABULARY), "en-US"),
      "On 312 photos: 94.2 % right (91 to 96), 1.3 % wrong, 4.5 % to a person; proven with 95 %: at most 1 wrong in 34.",
    );
    const strangers = [...photos, judgedPhoto({ truth: null }), failedPhoto({ truth: null })];
    assert.match(
      describeVerdict(computeFigures(strangers, VOCABULARY), "en-US"),
      /^On 313 photos, 1 of which shows none of the classes: 94\.2 % of the others right/,
    );
    assert.match(describeVerdict(computeFigures([], VOCABULARY), "en-US"), /No photo/);
    const one = [judgedPhoto({ truth: "screw", decided: "screw" })];
    assert.match(
      describeVerdict(computeFigures(one, VOCABULARY), "ja"),
      /まだ何も証明されていません。$/,
    );
  });
});
