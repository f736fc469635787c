import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Embedder } from "../../lib/clip/embedder";
import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import { asContender, CONTENDERS } from "../../lib/evaluation/contenders";
import type { EvaluatedPhoto } from "../../lib/evaluation/evaluated-photo";
import type { LabelledPhoto } from "../../lib/evaluation/labels/labelled-set";
import { Laboratory, type Experiment } from "../../lib/evaluation/laboratory";
import { BlobStore } from "../../lib/evaluation/store/blob-store";
import { compileAnswerFilter } from "../../lib/lmm/answer-filter";
import type { Candidate, Lmm, Proposal } from "../../lib/lmm/lmm";
import { createVocabulary, type ClassInput } from "../../lib/vocabulary/vocabulary";

const PHOTOS = path.resolve(__dirname, "../../examples/photos");
const NAMES = ["cat", "dog", "espresso", "giant-panda", "palace", "rocket", "squirrel"];

describe("an evaluation", () => {
  let folder: string;
  let lease: EmbedderLease;
  let embedder: Embedder;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "laboratory-"));
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir: folder });
    embedder = await lease.value;
  });

  after(async () => {
    await lease.release();
    await rm(folder, { recursive: true, force: true });
  });

  const photo = (picture: string, label = picture): LabelledPhoto => ({
    file: path.join(PHOTOS, `${picture}.jpg`),
    name: `${label}/${picture}.jpg`,
    label,
    words: [label],
  });

  /** An LMM that says what the test puts into its mouth, and counts what it is asked. */
  class ScriptedLmm implements Lmm {
    looked = 0;
    asked = 0;
    says: Partial<Proposal> & { candidates: readonly Candidate[] } = { candidates: [] };
    chooses = "A";

    propose(): Promise<Proposal> {
      this.looked += 1;
      const common = { raw: "", description: "", model: { name: "script" }, timings: { total: 7 } };
      return Promise.resolve({ ...common, ...this.says });
    }

    ask = () => {
      this.asked += 1;
      const probabilities = new Map([[this.chooses, 0.9]]);
      const answer = { text: this.chooses, raw: this.chooses, probabilities };
      return Promise.resolve({ ...answer, model: { name: "script" }, timings: { total: 5 } });
    };
  }

  const named = (name: string, ...synonyms: string[]) => ({ candidates: [{ name, synonyms }] });

  async function open(lmm: Lmm, place = "store"): Promise<{ lab: Laboratory; store: BlobStore }> {
    const store = await BlobStore.open(path.join(folder, place));
    const lab = new Laboratory({ embedder, store });
    lab.useLmm(lmm, "script");
    return { lab, store };
  }

  const experiment = (
    classes: readonly (string | ClassInput)[],
    more: Partial<Experiment> = {},
  ): Experiment => ({
    vocabulary: createVocabulary(
      classes.map((one) => (typeof one === "string" ? { label: one, id: one } : one)),
    ),
    mode: "slac",
    ...more,
  });

  it("replays as if every model had been asked anew, bit for bit", async () => {
    const photos = NAMES.map((name) => photo(name));
    const run = async (lmm: ScriptedLmm, place: string, ...ways: Experiment[]) => {
      const { lab, store } = await open(lmm, place);
      const outcomes = [];
      for (const way of ways) outcomes.push(await lab.judge(photos, way));
      await store.close();
      return outcomes;
    };
    const script = (): ScriptedLmm => {
      const lmm = new ScriptedLmm();
      lmm.says = { ...named("cat", "kitten"), description: "A small animal." };
      return lmm;
    };
    const first = experiment(NAMES);
    const second = experiment(["cat", "kitten", "hound"], { mode: "cascade", accept: 20 });
    const [stored, fresh] = [script(), script()];
    await run(stored, "replay", first);
    assert.equal(stored.looked, NAMES.length);
    const [replayed] = await run(stored, "replay", second);
    assert.equal(stored.looked, NAMES.length, "no picture was shown twice");
    const [anew] = await run(fresh, "anew", second);
    assert.equal(fresh.looked, NAMES.length);
    const exact = (photos: readonly EvaluatedPhoto[]) =>
      photos.map((one) => ("times" in one ? { ...one, times: null } : one));
    assert.deepEqual(exact(replayed!.photos), exact(anew!.photos));
    assert.deepEqual(replayed!.samples, anew!.samples);
    const times = replayed!.photos.flatMap((one) => ("times" in one ? [one.times] : []));
    assert.ok(
      times.every(({ lmm }) => [0, 7, 12].includes(lmm)),
      "as long as it took when it was asked",
    );
    assert.ok(times.some(({ lmm }) => lmm > 0) && times.every(({ embed }) => embed > 1));
  });

  it("goes on where it was stopped", async () => {
    const lmm = new ScriptedLmm();
    lmm.says = named("cat");
    const stop = new AbortController();
    const store = await BlobStore.open(path.join(folder, "stopped"));
    const lab = new Laboratory({ embedder, store, signal: stop.signal });
    lab.useLmm(lmm, "script");
    const photos = NAMES.map((name) => photo(name));
    const running = lab.judge(photos, experiment(NAMES), (done) => {
      if (done === 3) stop.abort();
    });
    await assert.rejects(running, { code: "CLOSED" });
    await store.close();
    const again = await open(lmm, "stopped");
    await again.lab.judge(photos, experiment(NAMES));
    await again.store.close();
    assert.equal(lmm.looked, NAMES.length);
  });

  it("compares ways to judge, and asks the LMM each question once", async () => {
    const lmm = new ScriptedLmm();
    lmm.says = named("cat");
    lmm.chooses = "cat";
    const { lab, store } = await open(lmm, "compare");
    const calls = new Map<string, number>();
    for (const name of CONTENDERS) {
      const way = asContender(name, experiment(["cat", "dog"]), lab);
      const { figures } = await lab.judge([photo("cat"), photo("dog")], way!);
      calls.set(name, figures.lmmCalls);
    }
    await store.close();
    assert.equal(lmm.looked, 2);
    assert.deepEqual([calls.get("clip"), calls.get("slac"), calls.get("tlac")], [0, 1, 2]);
    const mute = { canAsk: false, embedder: lab.embedder };
    assert.equal(asContender("tlac", experiment(["cat"]), mute), null);
    assert.equal(asContender("witnesses", experiment(["cat"]), mute)?.mode, "slac");
  });

  it("counts the calls that a flow would make, though it hears more for the calibration", async () => {
    const lmm = new ScriptedLmm();
    lmm.says = named("wood screw", "machine screw");
    const { lab, store } = await open(lmm, "calls");
    const way = { mode: "cascade", sight: false, accept: 20 } as const;
    const classes = ["wood screw", "machine screw", "cat"];
    const { photos, figures } = await lab.judge(
      [photo("cat", "wood screw")],
      experiment(classes, way),
    );
    await store.close();
    assert.deepEqual([lmm.looked, lmm.asked], [1, 1], "a stricter knob would ask again");
    assert.deepEqual([figures.right.count, figures.lmmCalls], [1, 1]);
    assert.equal(photos[0]?.outcome === "class" && photos[0].times.lmm, 7);
  });

  it("lists pictures that cannot be read, and gives up where the server is gone", async () => {
    const broken = path.join(folder, "broken.jpg");
    await writeFile(broken, "no picture");
    const lmm = new ScriptedLmm();
    lmm.says = named("cat");
    const { lab, store } = await open(lmm, "broken");
    const photos = [
      { ...photo("cat"), file: broken },
      photo("cat"),
      { ...photo("dog"), file: "/nowhere" },
    ];
    const { photos: judged, figures } = await lab.judge(photos, experiment(["cat", "dog"]));
    assert.deepEqual(
      judged.map(({ outcome, blame }) => [outcome, blame]),
      [
        ["failed", "unreadable"],
        ["class", null],
        ["failed", "unreadable"],
      ],
    );
    assert.deepEqual([figures.judged, figures.failed], [1, 2]);
    lmm.propose = () => Promise.reject(new Error("gone"));
    const strangers = NAMES.map((name) => photo(name));
    await assert.rejects(lab.judge(strangers, experiment(["cat"], { prompt: "new" })), /gone/);
    await store.close();
  });

  describe("blames the step that made a decision wrong", () => {
    /** One photo, what the LMM says of it, and the classes. */
    async function blame(
      one: LabelledPhoto,
      says: ScriptedLmm["says"],
      classes: readonly (string | ClassInput)[],
      more: Partial<Experiment> & { chooses?: string } = {},
    ): Promise<string | null> {
      const lmm = new ScriptedLmm();
      lmm.says = says;
      lmm.chooses = more.chooses ?? "A";
      const { lab, store } = await open(lmm, `blame-${String(Math.random())}`);
      const { photos } = await lab.judge([one], experiment(classes, more));
      await store.close();
      return photos[0]!.blame;
    }

    const SIGHTLESS = { sight: false };

    it("stage 1: the LMM never named it", async () => {
      const says = named("teapot", "kettle");
      assert.equal(await blame(photo("rocket"), says, NAMES, SIGHTLESS), "unnamed");
      assert.equal(await blame(photo("cat"), named("dog"), NAMES, SIGHTLESS), "unnamed");
      const stranger = photo("palace", "townhouse");
      assert.equal(await blame(stranger, named("rocket"), ["rocket", "dog"], SIGHTLESS), "unnamed");
    });

    it("stage 2: named, but matched to another class", async () => {
      const classes = [
        { label: "space rocket", id: "rocket" },
        { label: "firework", aliases: ["rocket"] },
      ];
      assert.equal(await blame(photo("rocket"), named("rocket"), classes, SIGHTLESS), "mismatched");
      const last = {
        candidates: [
          ...named("dog").candidates,
          ...named("fox").candidates,
          ...named("cat").candidates,
        ],
      };
      assert.equal(await blame(photo("cat"), last, NAMES, SIGHTLESS), "mismatched");
    });

    it("a denial, a not-word or a rule removed it", async () => {
      const denied = {
        candidates: named("launch pad").candidates,
        description: "There is no rocket on it.",
      };
      assert.equal(await blame(photo("rocket"), denied, NAMES, SIGHTLESS), "removed");
      const not = [{ label: "rocket", not: ["missile"] }, "dog"];
      assert.equal(
        await blame(photo("rocket"), named("missile", "rocket"), not, SIGHTLESS),
        "removed",
      );
      const drop = compileAnswerFilter([{ words: ["rocket"], action: "drop" }]);
      const dropped = { candidates: [...named("rocket").candidates, ...named("dog").candidates] };
      assert.equal(
        await blame(photo("rocket"), dropped, NAMES, { ...SIGHTLESS, filter: drop }),
        "removed",
      );
      const forbid = compileAnswerFilter([{ words: ["rocket"], action: "unknown" }]);
      assert.equal(
        await blame(photo("rocket"), named("rocket"), NAMES, { ...SIGHTLESS, filter: forbid }),
        "removed",
      );
    });

    it("sight contradicted the right words", async () => {
      for (const [picture, label] of [
        ["cat", "rocket"],
        ["rocket", "dog"],
        ["espresso", "giant-panda"],
      ] as const) {
        assert.equal(
          await blame(photo(picture, label), named(label), NAMES),
          "contradicted",
          label,
        );
      }
    });

    it("the right class came second, hardly behind the first", async () => {
      const classes = ["wood screw", "machine screw", "cat"];
      const says = named("screw");
      const strict = { ...SIGHTLESS, accept: 1000 } as const;
      const found = await Promise.all(
        ["wood screw", "machine screw"].map((label) =>
          blame(photo("cat", label), says, classes, strict),
        ),
      );
      assert.deepEqual(found, ["unsure", "close"]);
    });

    it("the label is doubtful where all witnesses agree against it", async () => {
      for (const [picture, label] of [
        ["cat", "rocket"],
        ["rocket", "dog"],
        ["espresso", "giant-panda"],
      ] as const) {
        assert.equal(await blame(photo(picture, label), named(picture), NAMES), "label", label);
      }
      const spelt = photo("espresso", "small black coffee");
      assert.equal(await blame(spelt, named("espresso"), NAMES), "label");
    });

    it("nothing where the decision is right, also of a picture of none of the classes", async () => {
      assert.equal(await blame(photo("cat"), named("cat"), NAMES), null);
      assert.equal(
        await blame(photo("palace", "townhouse"), named("house"), ["rocket", "dog"]),
        null,
      );
    });
  });
});
