import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { matchLabels } from "../../lib/evaluation/labels/match-labels";
import { readLabels } from "../../lib/evaluation/labels/read-labels";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";

/** The smallest that counts as a picture by its content. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

describe("labelled pictures", () => {
  let root: string;
  let number = 0;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "labels-"));
  });

  after(() => rm(root, { recursive: true, force: true }));

  /** A folder with these files; texts where they are given, pictures elsewhere. */
  async function lay(files: readonly (string | readonly [string, string])[]): Promise<string> {
    const folder = path.join(root, String(number++));
    for (const entry of files) {
      const [name, text] = typeof entry === "string" ? [entry, PNG] : entry;
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return folder;
  }

  const shown = (set: Awaited<ReturnType<typeof readLabels>>): string[] =>
    set.photos.map(({ name, label }) => `${name} = ${label}`);

  it("are a folder of class folders, searched to the bottom", async () => {
    const set = await readLabels(
      await lay([
        "screw/a.png",
        "screw/monday/b.png",
        "hex_bolt/c.png",
        "loose.png",
        ["screw/notes.txt", "one"],
        ".removed/screw/d.png",
      ]),
    );
    assert.deepEqual(shown(set), [
      "hex_bolt/c.png = hex bolt",
      "screw/a.png = screw",
      "screw/monday/b.png = screw",
    ]);
    assert.deepEqual(
      set.classes.map(({ id, label }) => [id, label]),
      [
        ["hex_bolt", "hex bolt"],
        ["screw", "screw"],
      ],
    );
    assert.deepEqual(set.unlabelled, ["loose.png"]);
    assert.deepEqual(
      set.others.map(({ file, kind }) => [path.basename(file), kind]),
      [["notes.txt", "text"]],
    );
  });

  it("are pictures whose file names say what they show", async () => {
    const set = await readLabels(
      await lay([
        "n01484850_great_white_shark.png",
        "7_jack-o'-lantern.png",
        "IMG_0001.png",
        "p.png",
      ]),
    );
    assert.deepEqual(shown(set), [
      "7_jack-o'-lantern.png = jack-o'-lantern",
      "n01484850_great_white_shark.png = great white shark",
    ]);
    assert.deepEqual(set.unlabelled, ["IMG_0001.png", "p.png"]);
  });

  it("are a CSV, with or without headings, in any order of columns", async () => {
    const rows = "file,label,split\na.png,screw,train\nsub\\b.png,hex bolt,test\nc.png,,test\n";
    const folder = await lay([["list.csv", rows], "a.png"]);
    const set = await readLabels(path.join(folder, "list.csv"));
    assert.deepEqual(shown(set), ["sub/b.png = hex bolt"]);
    assert.equal(set.photos[0]?.file, path.join(folder, "sub/b.png"));
    assert.deepEqual(set.unlabelled, ["c.png"]);
    assert.deepEqual(
      shown(await readLabels(path.join(folder, "list.csv"), { split: "training" })),
      ["a.png = screw"],
    );
    const plain = await lay([["list.csv", "正解;画像\nねじ;a.png\n釘;b.png\n"]]);
    assert.deepEqual(shown(await readLabels(path.join(plain, "list.csv"))), [
      "a.png = ねじ",
      "b.png = 釘",
    ]);
    const bare = await lay([["list.csv", "a.png,screw\nb.png,nail\n"]]);
    assert.equal((await readLabels(path.join(bare, "list.csv"))).photos.length, 2);
  });

  it("are a long list, while others have their turn; it can be stopped", async () => {
    const row = "図/1.png,ねじ,test\n";
    const folder = await lay([["list.csv", row.repeat(50_000)], "図/1.png"]);
    let turns = 0;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const { photos } = await readLabels(path.join(folder, "list.csv"));
    clearImmediate(next);
    assert.equal(photos.length, 50_000);
    assert.ok(photos.every(({ label }) => label === "ねじ"));
    assert.ok(turns > 10, String(turns));
    const signal = AbortSignal.abort();
    await assert.rejects(readLabels(path.join(folder, "list.csv"), { signal }), { code: "CLOSED" });
  });

  it("are ImageNet's folders with a names file above them", async () => {
    const names = "n02012849 crane\nn01440764 tench, Tinca tinca\nn03126707 crane\n";
    const folder = await lay([
      ["LOC_synset_mapping.txt", names],
      "images/val/n01440764/a.png",
      "images/val/n03126707/b.png",
      "images/val/n02012849/c.png",
      "images/train/n01440764/d.png",
    ]);
    const set = await readLabels(path.join(folder, "images"));
    assert.deepEqual(shown(set), [
      "val/n01440764/a.png = tench",
      "val/n02012849/c.png = crane",
      "val/n03126707/b.png = crane",
    ]);
    assert.deepEqual(set.classes, [
      { id: "n02012849", label: "crane", aliases: [] },
      { id: "n01440764", label: "tench", aliases: ["Tinca tinca"] },
      { id: "n03126707", label: "crane", aliases: [] },
    ]);
    const { photos, ambiguous } = matchLabels(set.photos, createVocabulary(set.classes));
    assert.deepEqual(
      photos.map(({ truth }) => truth),
      ["n01440764", "n02012849", "n03126707"],
    );
    assert.deepEqual(ambiguous, []);
  });

  it("reads every form of names of WordNet ids", async () => {
    for (const [file, text] of [
      ["classnames.txt", "n02119789 kit fox\n"],
      ["map_clsloc.txt", "n02119789 1 kit_fox\n"],
      ["words.txt", "n02119789\tkit fox, Vulpes macrotis\n"],
      ["imagenet_class_index.json", '{"0": ["n02119789", "kit_fox"]}'],
    ] as const) {
      const folder = await lay([[file, text], "n02119789/a.png"]);
      assert.deepEqual(shown(await readLabels(folder)), ["n02119789/a.png = kit fox"], file);
    }
    const nameless = await readLabels(await lay(["n02119789/a.png"]));
    assert.deepEqual(
      nameless.notes.map(({ key }) => key),
      ["evaluation.note-wordnet"],
    );
  });

  it("are a list of CoOp with its base and new classes, the first half rounded up", async () => {
    const row = (number: number): unknown => [
      `p/${String(number)}.jpg`,
      number,
      `class_${String(number)}`,
    ];
    const list = { train: [2, 0, 1].map(row), val: [3].map(row), test: [4, 1, 0, 3, 2].map(row) };
    const folder = await lay([
      ["split_zhou_OxfordPets.json", JSON.stringify(list)],
      "images/p/4.jpg",
    ]);
    const all = await readLabels(folder);
    assert.equal(all.photos.length, 5);
    assert.equal(all.photos[0]?.file, path.join(folder, "images/p/4.jpg"));
    const base = await readLabels(folder, { subset: "base" });
    assert.deepEqual(
      base.classes.map(({ label }) => label),
      ["class 0", "class 1", "class 2"],
    );
    assert.deepEqual(
      base.photos.map(({ label }) => label),
      ["class 1", "class 0", "class 2"],
    );
    const rest = await readLabels(folder, { subset: "new", split: "val" });
    assert.deepEqual(
      [rest.classes.length, rest.photos.map(({ label }) => label)],
      [2, ["class 3"]],
    );
  });

  it("match classes by id, label or alias; others are strangers, doubtful ones are told", () => {
    const vocabulary = createVocabulary([
      { id: "S1", label: "screw", aliases: ["bolt"] },
      { id: "N1", label: "nail", aliases: ["pin"] },
      { id: "P1", label: "peg", aliases: ["pin"] },
    ]);
    const photo = (label: string) => ({ file: label, name: label, label, words: [label] });
    const { photos, ambiguous } = matchLabels(
      ["S1", "Screws", "bolt", "hammer", "pin"].map(photo),
      vocabulary,
    );
    assert.deepEqual(
      photos.map(({ truth }) => truth),
      ["S1", "S1", "S1", null],
    );
    assert.deepEqual(ambiguous, [{ label: "pin", classes: ["N1", "P1"] }]);
  });

  it("say what is wrong where there are none", async () => {
    const check = async (place: string, pattern: RegExp, options = {}): Promise<void> => {
      await assert.rejects(readLabels(place, options), pattern);
    };
    await check(path.join(root, "nowhere"), /nowhere cannot be read/);
    await check(await lay(["IMG_0001.png"]), /no labelled picture \(1 without a label\)/);
    const folder = await lay([["broken.json", "{]"], ["words.csv", "just words\n"], "a/b.png"]);
    await check(path.join(folder, "broken.json"), /no list of labelled pictures/);
    await check(path.join(folder, "words.csv"), /no list of labelled pictures/);
    await check(folder, /no part “test”/, { split: "test" });
  });
});
