import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import { calibrate, type CalibrationSample } from "../../lib/confidence/calibration";
import { DEFAULT_COEFFICIENTS } from "../../lib/confidence/confidence";
import { TlacError } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import type { Lmm, Proposal, Reply } from "../../lib/lmm/lmm";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { calibrationKey } from "../../lib/tlac/calibration-key";
import {
  classifyFrame,
  judgeFrame,
  settleFrames,
  type ClassifyOptions,
} from "../../lib/tlac/classify";
import type { Result } from "../../lib/tlac/result";
import { isSpotChecked } from "../../lib/tlac/spot-check";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { ExampleIndex } from "../../lib/witness/examples";

const MODEL = { name: "llava:7b", digest: "d1" };
const timings = { total: 5 };

/** Says what it is told to, and counts. */
class ToldLmm implements Lmm {
  word = "espresso";
  failure: Error | undefined;
  asked = 0;

  propose(): Promise<Proposal> {
    this.asked += 1;
    if (this.failure) return Promise.reject(this.failure);
    const candidates = [{ name: this.word, synonyms: [] }];
    return Promise.resolve({ candidates, description: "", raw: this.word, model: MODEL, timings });
  }

  ask = (): Promise<Reply> => {
    this.asked += 1;
    return Promise.resolve({ text: "A", raw: "A", model: MODEL, timings });
  };
}

describe("a cascade's first stage", () => {
  let folder: string;
  let lease: EmbedderLease;
  let index: VocabularyIndex;
  let cup: Frame;
  let lmm: ToldLmm;

  const build = async (classes: string): Promise<VocabularyIndex> =>
    VocabularyIndex.build(parseVocabulary(classes), await lease.value);

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "first-stage-"));
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir: folder });
    index = await build("espresso, dog, cat");
    const file = path.join(__dirname, "../../examples/photos/espresso.jpg");
    cup = (await readFrames(await readFile(file))).frames[0]!;
  });

  after(async () => {
    await lease.release();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    lmm = new ToldLmm();
  });

  const options = (more: Partial<ClassifyOptions> = {}): ClassifyOptions => ({
    ...{ mode: "cascade", lmm, index, spotChecks: 0 },
    ...more,
  });
  const judge = (more?: Partial<ClassifyOptions>): Promise<Result> =>
    classifyFrame(cup, options(more));

  it("asks no LMM where sight alone is sure enough, and says so", async () => {
    const result = await judge();
    assert.deepEqual([result.class, result.cascade, lmm.asked], ["espresso", "sight", 0]);
    assert.deepEqual([result.candidates, result.lmmCalls, result.models.lmm], [[], [], null]);
    assert.match(result.explanation, /The LMM was not asked\.$/);
  });

  it("decides so without a turn at the LMM", async () => {
    const settled = await settleFrames([cup, cup], options());
    assert.deepEqual(
      settled?.map(({ class: id }) => id),
      ["espresso", "espresso"],
    );
    const strange = await build("screw, nail");
    assert.equal(await settleFrames([cup], options({ index: strange })), undefined);
    assert.equal(await settleFrames([cup], options({ mode: "slac" })), undefined);
    assert.equal(await settleFrames([cup], options({ spotChecks: 1 })), undefined);
    assert.equal(lmm.asked, 0);
  });

  it("is refused where the LMM answers no questions, whatever the image shows", async () => {
    const deaf = { propose: lmm.propose.bind(lmm) };
    for (const classes of ["espresso, dog, cat", "screw, nail"]) {
      const refused = options({ lmm: deaf, index: await build(classes) });
      await assert.rejects(settleFrames([cup], refused), { code: "BAD_CONFIG" });
      await assert.rejects(classifyFrame(cup, refused), { code: "BAD_CONFIG" });
    }
  });

  /** With how many questions: a further one for synonyms where the names match nothing. */
  const ASKED: [
    string,
    () => Partial<ClassifyOptions> | Promise<Partial<ClassifyOptions>>,
    number?,
  ][] = [
    ["sight is not sure", async () => ({ index: await build("screw, nail") }), 2],
    ["it is told to", () => ({ askAlways: true })],
    ["sight may not testify", () => ({ sight: false })],
    [
      "rules on its answer need one",
      () => ({
        filter: ({ candidates, description }) =>
          Promise.resolve({ candidates, description, forcedUnknown: false }),
      }),
    ],
    [
      "the likeliest class has a not-word, which only words can tell",
      async () => ({
        index: await VocabularyIndex.build(
          parseVocabulary([{ label: "espresso", not: ["tea"] }, { label: "dog" }]),
          index.embedder,
        ),
      }),
    ],
  ];
  for (const [when, change, questions = 1] of ASKED) {
    it(`asks where ${when}`, async () => {
      const result = await judge(await change());
      assert.deepEqual([result.cascade, lmm.asked], ["words", questions]);
      assert.equal(result.candidates[0]?.name, "espresso");
    });
  }

  it("checks a share of what it decides, and stays with its decision", async () => {
    const agreed = await judge({ spotChecks: 1 });
    assert.deepEqual([agreed.cascade, agreed.class, lmm.asked], ["sight", "espresso", 1]);
    assert.deepEqual(
      [agreed.spotCheck?.agrees, agreed.spotCheck?.label, agreed.spotCheck?.candidates[0]?.name],
      [true, "espresso", "espresso"],
    );
    assert.match(agreed.explanation, /the LMM agrees/);
  });

  it("tells where the LMM sees it differently", async () => {
    lmm.word = "rocket";
    const { spotCheck, class: id } = await judge({
      spotChecks: 1,
      index: await build("espresso, rocket"),
    });
    assert.deepEqual([id, spotCheck?.agrees], ["espresso", false]);
    assert.deepEqual(
      spotCheck?.candidates.map(({ name }) => name),
      ["rocket"],
    );
  });

  describe("with examples of the class, which outweigh all words", () => {
    let examples: ExampleIndex;

    before(async () => {
      const { features } = await index.embedder.see(cup);
      const dims = features!.length;
      const vectors = Float32Array.from([0, 1, 2].flatMap(() => [...features!]));
      examples = new ExampleIndex({ vectors, dims, owners: Int32Array.of(0, 0, 0) }, 3);
    });

    const CHECKS: [string, boolean, string | null, RegExp][] = [
      ["espresso", true, "espresso", /Asked all the same, the LMM agrees\.$/],
      ["dog", false, "dog", /sees it differently: by its words it is dog\.$/],
      [
        "thunderstorm",
        false,
        null,
        /sees it differently: by its words it is none of the classes\.$/,
      ],
    ];
    for (const [word, agrees, named, sentence] of CHECKS) {
      it(`tells that it ${agrees ? "agrees" : "disagrees"} where it says ${word}`, async () => {
        lmm.word = word;
        const result = await judge({ spotChecks: 1, examples });
        const { spotCheck } = result;
        assert.deepEqual([result.class, result.cascade], ["espresso", "sight"]);
        assert.deepEqual([spotCheck?.agrees, spotCheck?.class], [agrees, named]);
        assert.match(result.explanation, sentence);
      });
    }
  });

  it("loses the check, not the decision, where the LMM fails", async () => {
    lmm.failure = new TlacError("LMM_UNREACHABLE", "tlac.closed");
    const result = await judge({ spotChecks: 1 });
    assert.deepEqual([result.class, result.spotCheck], ["espresso", undefined]);
    assert.equal(result.lmmFailure?.code, "LMM_UNREACHABLE");
    assert.match(result.explanation, /A further question to the LMM failed \(LMM_UNREACHABLE\)\.$/);
    assert.doesNotMatch(result.explanation, /not asked/);
    lmm.failure = new TlacError("CLOSED", "tlac.closed");
    await assert.rejects(judge({ spotChecks: 1 }), { code: "CLOSED" });
  });

  it("checks the share that it should, the same images each time", () => {
    const hashes = Array.from({ length: 5_000 }, (_, at) =>
      (Math.imul(at + 1, 2_654_435_761) >>> 0).toString(16).padStart(64, "0").slice(-64),
    ).map((hash) => hash.slice(-8).padEnd(64, "0"));
    const count = (share: number): number =>
      hashes.filter((hash) => isSpotChecked({ hash }, { spotChecks: share })).length;
    assert.ok(Math.abs(count(0.01) - 50) < 10, String(count(0.01)));
    assert.deepEqual([count(0), count(1)], [0, hashes.length]);
  });

  it("trusts a calibration once it knows which LMM answers", async () => {
    const { means, features } = DEFAULT_COEFFICIENTS.models["words+labels"]!;
    const values = Object.fromEntries(features.map((name, at) => [name, means[at]!]));
    const samples = Array.from({ length: 400 }, (): CalibrationSample => ({
      ...{ voices: "words+labels", right: true, values },
    }));
    const key = calibrationKey(options(), MODEL);
    const source = { key, vocabulary: index.vocabulary.digest, date: new Date(), strangers: 0 };
    const calibration = calibrate(samples, source)!;
    const first = await judge({ calibrations: [calibration] });
    const second = await judge({ calibrations: [calibration] });
    assert.deepEqual([first.cascade, second.cascade, lmm.asked], ["words", "sight", 1]);
    assert.match(second.guarantee, /proven on|proven with/);
    const other = { ...calibration, key: calibrationKey(options({ askAlways: true }), MODEL) };
    assert.match((await judge({ calibrations: [other] })).guarantee, /^None yet/);
  });

  it("hears all stages for whoever calibrates", async () => {
    const { result, stages } = await judgeFrame(cup, options());
    assert.equal(result.cascade, "sight");
    assert.deepEqual(
      stages.map(({ voices }) => voices),
      ["labels", "words+labels"],
    );
    assert.deepEqual(
      stages.map(({ winner }) => winner),
      ["espresso", "espresso"],
    );
    assert.equal((await judgeFrame(cup, options({ askAlways: true }))).stages.length, 1);
  });
});
