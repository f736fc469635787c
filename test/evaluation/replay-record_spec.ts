import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";

import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import { readLabels } from "../../lib/evaluation/labels/read-labels";
import { Laboratory, type Experiment } from "../../lib/evaluation/laboratory";
import { BlobStore } from "../../lib/evaluation/store/blob-store";
import type { Knob } from "../../lib/confidence/knob";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import type { Lmm } from "../../lib/lmm/lmm";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { DecisionRecord } from "../../lib/record/record";
import type { Result } from "../../lib/tlac/result";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { classifyAndHear } from "../../nodes/runtime/record/classify-and-hear";
import { newRoot } from "../record/decisions";

const PHOTOS = path.join(__dirname, "../../examples/photos");
const SCREWS = ["wood screw", "machine screw", "cat"];

describe("the confirmed decisions of a record", () => {
  let userDir: string;
  let record: DecisionRecord;
  let lease: EmbedderLease;

  before(async () => {
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir: await newRoot() });
  });
  after(async () => {
    await lease.release();
  });
  beforeEach(async () => {
    userDir = await newRoot();
    record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
  });
  afterEach(async () => {
    await record.close();
    await rm(userDir, { recursive: true, force: true });
  });

  const frameOf = async (name: string): Promise<Frame> => {
    const { frames } = await readFrames(await readFile(path.join(PHOTOS, `${name}.jpg`)), {});
    return frames[0]!;
  };

  /** An LMM that says these names, and chooses the second class of a near-tie. */
  const says = (...names: string[]): Lmm => {
    const common = { model: { name: "script", digest: "1" }, timings: { total: 7 } };
    const candidates = names.map((name) => ({ name, synonyms: [] }));
    const raw = JSON.stringify({ names });
    return {
      propose: () => Promise.resolve({ candidates, description: "", raw, ...common }),
      ask: () => Promise.resolve({ text: "B", raw: "B", ...common }),
    };
  };

  /** What a node does with a photo, and what a person says of it. */
  const decide = async (
    photo: string,
    lmm: Lmm,
    correct: string | null | undefined,
    more: {
      heldOut?: boolean;
      vocabulary?: string;
      sight?: boolean;
      picture?: boolean;
      accept?: Knob;
    } = {},
  ): Promise<Result> => {
    const { heldOut = false, vocabulary = "parts", sight = false, accept } = more;
    const index = await VocabularyIndex.build(
      createVocabulary(SCREWS.map((label) => ({ label, id: label }))),
      await lease.value,
    );
    const frame = await frameOf(photo);
    const options = { mode: "cascade", lmm, index, sight, accept, spotChecks: 0 } as const;
    const { results, answers } = await classifyAndHear([frame], options);
    const [result] = results;
    assert.ok(result && answers[0]);
    const decision = {
      time: new Date().toISOString(),
      node: "n",
      camera: null,
      vocabulary: { id: vocabulary, digest: index.vocabulary.digest },
      ...answers[0],
      result,
    };
    await record.append(decision, more.picture === false ? undefined : frame);
    if (correct !== undefined) {
      const answer = { kind: "answer", decision: result.id, correct, who: "", heldOut } as const;
      await record.note(answer);
    }
    return result;
  };

  const judge = async (
    options: Parameters<typeof readLabels>[1] = {},
    experiment: Partial<Experiment> = {},
  ) => {
    const set = await readLabels(userDir, options);
    const store = await BlobStore.open(path.join(userDir, "store"));
    const laboratory = new Laboratory({ embedder: await lease.value, store });
    assert.ok(set.fromRecord);
    laboratory.replay(set.fromRecord.heard);
    const outcome = await laboratory.judge(set.photos, {
      vocabulary: createVocabulary(SCREWS.map((label) => ({ label, id: label }))),
      mode: set.fromRecord.mode,
      sight: false,
      ...experiment,
    });
    await store.close();
    return { set, outcome };
  };
  const decided = ({ outcome }: Awaited<ReturnType<typeof judge>>): (string | null)[] =>
    outcome.photos.map((photo) => ("decided" in photo ? photo.decided : "failed"));

  it("are judged anew with what the LMM said then, second answers too", async () => {
    const strict = { accept: 1000 } as const;
    const first = await decide("cat", says("cat"), "cat", strict);
    const second = await decide("dog", says("screw"), "machine screw", strict);
    const [best] = second.ranking;
    assert.deepEqual([best?.class, second.cascade], ["machine screw", "second question"]);
    const replayed = await judge({}, strict);
    assert.deepEqual(
      replayed.outcome.photos.map((photo) => "best" in photo && [photo.best, photo.confidence]),
      [first, second].map(({ ranking, confidence }) => [ranking[0]?.class, confidence]),
    );
    assert.equal(replayed.set.fromRecord?.lmm?.name, "script");
    assert.deepEqual(
      replayed.set.classes.map(({ id }) => id),
      ["cat", "machine screw"],
    );
    assert.equal(replayed.outcome.figures.lmmCalls, 1.5);
    // Of other classes nobody was asked: the near-tie is a person's.
    const vocabulary = createVocabulary(
      ["wood screw", "hex screw", "cat"].map((label) => ({ label, id: label })),
    );
    const other = await judge({}, { vocabulary, ...strict });
    assert.equal(decided(other)[1], null);
  });

  it("are heard without the word in the middle of which an answer was ended", async () => {
    const words = { candidates: [{ name: "cat", synonyms: [] }], description: "" };
    const raw = '{"names": ["cat", "wood scr';
    const timings = { total: 7, cut: true } as const;
    const said = { ...words, raw, model: { name: "script" }, timings };
    await decide("cat", { ...says("cat"), propose: () => Promise.resolve(said) }, "cat");
    const { outcome } = await judge();
    const [photo] = outcome.photos;
    assert.ok(photo && "trace" in photo);
    assert.deepEqual(photo.trace.candidates, words.candidates);
  });

  it("are judged by what is seen where the LMM was not asked", async () => {
    const photo = await decide("cat", says("dog"), "cat", { sight: true });
    assert.deepEqual([photo.cascade, photo.class], ["sight", "cat"]);
    assert.deepEqual(decided(await judge({}, { sight: true })), ["cat"]);
    assert.deepEqual(decided(await judge()), [null]);
  });

  it("are strangers where a person said none of them; without picture they are told", async () => {
    await decide("rocket", says("rocket"), null);
    await decide("cat", says("cat"), "cat", { picture: false });
    await decide("dog", says("cat"), undefined);
    const { set, outcome } = await judge();
    assert.deepEqual(
      outcome.photos.map(({ truth, label }) => [truth, label]),
      [[null, "–"]],
    );
    assert.deepEqual(set.notes, [{ key: "evaluation.no-picture", params: { count: 1 } }]);
  });

  it("are those that were kept for tests, or of one vocabulary, where that is asked for", async () => {
    await decide("cat", says("cat"), "cat", { heldOut: true });
    await decide("dog", says("cat"), null);
    assert.equal((await readLabels(userDir)).photos.length, 2);
    const { photos } = await readLabels(userDir, { split: "test" });
    assert.deepEqual(
      photos.map(({ label }) => label),
      ["cat"],
    );
    await decide("rocket", says("cat"), "cat", { vocabulary: "others" });
    await assert.rejects(readLabels(userDir), /parts \(2\), others \(1\)/);
    assert.equal((await readLabels(userDir, { ofVocabulary: "others" })).photos.length, 1);
    await assert.rejects(readLabels(userDir, { ofVocabulary: "x" }), /no confirmed decision/);
  });

  it("are missed with a sentence where nobody has confirmed any", async () => {
    await decide("cat", says("cat"), undefined);
    await assert.rejects(readLabels(userDir), /holds no decision with its picture/);
  });
});
