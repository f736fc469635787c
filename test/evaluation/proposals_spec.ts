import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";

import type { LabelledPhoto } from "../../lib/evaluation/labels/labelled-set";
import { Laboratory, type Experiment } from "../../lib/evaluation/laboratory";
import { applyChanges, keyOf, type Change } from "../../lib/evaluation/proposals/change";
import { deriveSplits } from "../../lib/evaluation/proposals/derive-classes";
import { assignFolds, FOLDS } from "../../lib/evaluation/proposals/folds";
import { findProposals } from "../../lib/evaluation/proposals/find-proposals";
import type { Proposal } from "../../lib/evaluation/proposals/proposal";
import { benefitOf, chanceOf, compare, surest } from "../../lib/evaluation/proposals/score";
import { BlobStore } from "../../lib/evaluation/store/blob-store";
import type { Frame } from "../../lib/frame/frame";
import type { Lmm, Proposal as Answer } from "../../lib/lmm/lmm";
import { createVocabulary, type ClassInput } from "../../lib/vocabulary/vocabulary";
import { TrigramEmbedder } from "../helpers/trigram-embedder";
import { judgedPhoto } from "./evaluated-photos";

describe("proposals from an evaluation", () => {
  describe("as changes of a vocabulary", () => {
    const written = createVocabulary([
      { label: "hex bolt", id: "bolt", aliases: ["screw"], not: ["nut"] },
      { label: "nut", id: "nut", aliases: ["hex nut"], not: ["bolt"], accept: 100 },
      { label: "washer", id: "washer" },
    ]);
    const apply = (...changes: Change[]) => applyChanges(written, changes).classes;

    it("add an alias, which is no not-word any more, once", () => {
      const change = { kind: "alias", class: "bolt", name: "nut" } as const;
      const [bolt] = apply(change, { ...change, name: "NUT" });
      assert.deepEqual([bolt!.aliases, bolt!.not], [["screw", "nut"], []]);
    });

    it("add a not-word, which is no alias any more", () => {
      const [bolt] = apply({ kind: "not-word", class: "bolt", name: "Screw" });
      assert.deepEqual([bolt!.aliases, bolt!.not], [[], ["nut", "Screw"]]);
    });

    it("merge two classes: the first has all names of both, and its own id and settings", () => {
      const classes = apply({ kind: "merge", class: "bolt", other: "nut" });
      assert.deepEqual(
        classes.map(({ id }) => id),
        ["bolt", "washer"],
      );
      assert.deepEqual(classes[0]!.aliases, ["screw", "nut", "hex nut"]);
      assert.deepEqual([classes[0]!.not, classes[0]!.accept], [["bolt"], undefined]);
    });

    it("split a class: what it was called becomes a class of its own behind it", () => {
      const classes = apply({ kind: "split", class: "bolt", name: "screw" });
      assert.deepEqual(
        classes.map(({ id, label, aliases }) => [id, label, aliases]),
        [
          ["bolt", "hex bolt", []],
          ["screw", "screw", []],
          ["nut", "nut", ["hex nut"]],
          ["washer", "washer", []],
        ],
      );
    });

    it("leave out what is no change of it, and classes that are gone", () => {
      assert.equal(applyChanges(written, [{ kind: "accept", accept: 20 }]), written);
      const gone: Change[] = [
        { kind: "alias", class: "rivet", name: "x" },
        { kind: "merge", class: "rivet", other: "nut" },
        { kind: "merge", class: "nut", other: "rivet" },
      ];
      assert.deepEqual(apply(...gone), written.classes);
      const alias = { kind: "alias", class: "bolt", name: "stud" } as const;
      const all = { kind: "vocabulary", changes: [alias] } as const;
      assert.deepEqual(apply(all, alias), apply(alias));
      assert.equal(keyOf(alias), keyOf({ ...alias, name: "Stud" }));
    });
  });

  describe("as figures", () => {
    it("count what is known before and after, and weigh errors", () => {
      const before = ["right", "wrong", "person", "person", null, "right"] as const;
      const after = ["right", "right", "right", "wrong", "right", null] as const;
      const measured = compare(before, after);
      assert.deepEqual(measured, {
        photos: 4,
        before: { right: 1, wrong: 1, person: 2 },
        after: { right: 3, wrong: 1, person: 0 },
        fixed: 2,
        broken: 1,
      });
      assert.equal(benefitOf(measured, 50), 2);
      const lax = { ...measured, after: { right: 3, wrong: 2, person: -1 } };
      assert.ok(benefitOf(lax, 50) <= 0);
    });

    it("tell luck from effect by the sign test, of many tries together", () => {
      assert.equal(chanceOf({ fixed: 0, broken: 0 }), 1);
      assert.equal(chanceOf({ fixed: 5, broken: 0 }), 1 / 32);
      // (1 + 8 + 28) / 256
      assert.ok(Math.abs(chanceOf({ fixed: 6, broken: 2 }) - 37 / 256) < 1e-12);
      const won = (fixed: number, broken = 0) => ({ fixed, broken });
      assert.deepEqual(surest([won(5)]), [true]);
      // A change that touches two photos shows nothing, and is no try either.
      assert.deepEqual(surest([won(5), won(2), won(0)]), [true, false, false]);
      assert.deepEqual(surest([won(5), won(5, 5), won(4, 4)]), [false, false, false]);
      assert.deepEqual(surest([won(10), won(6), won(6, 6)]), [true, true, false]);
    });

    it("have equal pictures and all classes in each part of the photos", () => {
      const photos = Array.from({ length: 40 }, (_, at) =>
        judgedPhoto({ truth: at % 2 ? "nut" : "bolt", picture: String(at % 30) }),
      );
      const folds = assignFolds(photos);
      assert.deepEqual(folds.slice(0, 10), folds.slice(30));
      for (let fold = 0; fold < FOLDS; fold++) {
        const nuts = photos.filter((one, at) => folds[at] === fold && one.truth === "nut");
        assert.ok(nuts.length >= 3 && nuts.length <= 5);
      }
    });
  });

  it("say that a class may be two where the LMM calls its photos by two names", () => {
    const { classes, ...rest } = createVocabulary([{ label: "lid" }, { label: "nut" }]);
    const lid = (name: string, ...synonyms: string[]) =>
      judgedPhoto({
        truth: "lid",
        trace: {
          ...{ description: "", ranking: [], reason: "", explanation: "" },
          candidates: [{ name, synonyms }],
        },
      });
    const cap = Array.from({ length: 6 }, () => lid("bottle cap"));
    const plate = Array.from({ length: 5 }, () => lid("cover plate"));
    const split = deriveSplits([...cap, ...plate], { classes, ...rest });
    assert.deepEqual(split[0]?.groups, [
      { fold: "bottle cap", name: "bottle cap", photos: 6 },
      { fold: "cover plate", name: "cover plate", photos: 5 },
    ]);
    const both = lid("bottle cap", "cover plate");
    assert.deepEqual(deriveSplits([...cap, ...plate, both], { classes, ...rest }), []);
    assert.deepEqual(deriveSplits([...cap, ...plate.slice(1)], { classes, ...rest }), []);
  });

  describe("from photos and what the LMM said of them", () => {
    let folder: string;
    const files: string[] = [];

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "proposals-"));
      for (let at = 0; at < 40; at++) {
        // The LMM below tells them by their width.
        const file = path.join(folder, `${String(at)}.png`);
        const create = { width: 16 + at, height: 16, channels: 3, background: "#808080" } as const;
        await sharp({ create }).png({ compressionLevel: 0 }).toFile(file);
        files.push(file);
      }
    });

    after(() => rm(folder, { recursive: true, force: true }));

    /** What photos show, and what the LMM calls them. */
    type Scene = readonly (readonly [label: string, ...says: string[]])[];

    async function propose(
      scene: Scene,
      classes: readonly (string | ClassInput)[],
      more: Partial<Experiment> = {},
      answer?: () => Promise<string>,
    ): Promise<{ proposals: Proposal[] }> {
      let looked = 0;
      const lmm: Lmm = {
        propose: ({ width }: Frame): Promise<Answer> => {
          looked += 1;
          const [, ...names] = scene[width - 16]!;
          const candidates = names.map((name) => ({ name, synonyms: [] }));
          const common = { raw: "", description: "", model: { name: "script" } };
          return Promise.resolve({ ...common, candidates, timings: { total: 7 } });
        },
        ...(answer && {
          ask: async () => {
            const text = await answer();
            return { text, raw: text, model: { name: "script" }, timings: { total: 5 } };
          },
        }),
      };
      const store = await BlobStore.open(path.join(folder, `store-${String(Math.random())}`));
      const embedder = new TrigramEmbedder();
      const laboratory = new Laboratory({ embedder, store });
      laboratory.useLmm(lmm, "script");
      const photos = scene.map(([label], at): LabelledPhoto => {
        const file = files[at]!;
        return { file, name: path.basename(file), label, words: [label] };
      });
      const vocabulary = createVocabulary(
        classes.map((one) => (typeof one === "string" ? { label: one, id: one } : one)),
      );
      const experiment: Experiment = { vocabulary, mode: "slac", ...more };
      const outcome = await laboratory.judge(photos, experiment);
      assert.equal(looked, scene.length);
      const proposals = await findProposals({ laboratory, experiment, outcome });
      assert.equal(looked, scene.length, "no picture was shown again");
      // What was promised on other photos is what comes on these, at least.
      for (const { change, measured } of proposals) {
        if (!measured || change.kind === "merge") continue;
        const changed = { ...experiment, vocabulary: applyChanges(vocabulary, [change]) };
        const { figures } = await laboratory.judge(photos, changed);
        if (change.kind === "alias" || change.kind === "not-word") {
          assert.ok(figures.right.count >= measured.after.right, JSON.stringify(change));
          assert.ok(figures.wrong.count <= measured.after.wrong + 1, JSON.stringify(change));
        }
      }
      await store.close();
      return { proposals };
    }

    const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

    it("adds the words that the LMM has for a class, with what that does", async () => {
      const scene: Scene = [
        ...times(10, ["bolt", "gizmo"] as const),
        ...times(6, ["bolt", "bolt"] as const),
        ...times(10, ["washer", "washer"] as const),
      ];
      const { proposals } = await propose(scene, ["bolt", "washer"]);
      const [first] = proposals;
      assert.deepEqual(first?.change, { kind: "alias", class: "bolt", name: "gizmo" });
      assert.deepEqual(first.measured, {
        photos: 26,
        before: { right: 16, wrong: 0, person: 10 },
        after: { right: 26, wrong: 0, person: 0 },
        fixed: 10,
        broken: 0,
        isSure: true,
      });
      assert.deepEqual(first.sentence.params, { label: "bolt", name: "gizmo" });
      assert.deepEqual(JSON.parse(JSON.stringify(proposals)), proposals);
    });

    it("promises nothing of a word that was said twice, or that is another thing's label", async () => {
      const scene: Scene = [
        ...times(10, ["bolt", "bolt"] as const),
        ...times(2, ["bolt", "vlorp", "object"] as const),
        ...times(6, ["bolt", "rivet"] as const),
        ...times(2, ["rivet", "rivet"] as const),
      ];
      const { proposals } = await propose(scene, ["bolt", "washer"]);
      assert.deepEqual(
        proposals.filter(({ measured }) => measured),
        [],
      );
    });

    it("keeps words of other things from a class, and merges what nobody can tell", async () => {
      const scene: Scene = [
        ...times(8, ["bearing", "bearing"] as const),
        ...times(8, ["other", "bearings seat"] as const),
        ...times(8, ["left bracket", "left bracket"] as const),
        ...times(8, ["right bracket", "left bracket"] as const),
      ];
      const { proposals } = await propose(scene, ["bearing", "left bracket", "right bracket"], {
        accept: 20,
      });
      const find = (kind: Change["kind"]) => proposals.find(({ change }) => change.kind === kind);
      const [merge, not, all] = [find("merge"), find("not-word"), find("vocabulary")];
      const pair = { class: "left bracket", other: "right bracket" };
      assert.deepEqual(merge?.change, { kind: "merge", ...pair });
      assert.ok(merge.measured?.isSure);
      assert.deepEqual([merge.measured.before.wrong, merge.measured.after.wrong], [16, 8]);
      assert.deepEqual(not?.change, { kind: "not-word", class: "bearing", name: "bearings seat" });
      assert.deepEqual([not.measured?.before.wrong, not.measured?.after.wrong], [16, 8]);
      // Both together leave nothing wrong, and so come first.
      assert.equal(proposals[0], all);
      assert.equal(all?.measured?.after.wrong, 0);
    });

    it("sets a stricter knob where too much is wrong, and says which question must be measured", async () => {
      const scene: Scene = Array.from({ length: 12 }, (_, at) => {
        return ["bolt", `gizmo ${String.fromCharCode(97 + at)}`] as const;
      });
      const classes = ["bolt", "gizmometer"];
      const [knob, ...none] = (await propose(scene, classes)).proposals;
      assert.deepEqual(knob?.change, { kind: "accept", accept: 1000 });
      assert.deepEqual([knob.measured?.before.wrong, knob.measured?.after.wrong], [12, 0]);
      assert.deepEqual(none, []);
      // One that can be asked would be asked for synonyms then: what it would say, nobody knows.
      const answer = () => Promise.resolve("{}");
      const [prompt, ...others] = (await propose(scene, classes, {}, answer)).proposals;
      assert.deepEqual(prompt?.change, { kind: "prompt", prompt: null });
      assert.equal(prompt.measured, null);
      assert.equal(prompt.reason.params?.count, 12);
      assert.deepEqual(others, []);
    });
  });
});
