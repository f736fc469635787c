import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import { readFrames } from "../../lib/frame/read-frames";
import { Recogniser } from "../../lib/lmm/recogniser";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyFrame, classifyWords } from "../../lib/tlac/classify";
import type { Result } from "../../lib/tlac/result";
import { isReadable } from "../../lib/vocabulary/class-names";
import { foldName } from "../../lib/vocabulary/fold-name";
import { addGlossaryNames } from "../../lib/vocabulary/glossary/add-glossary-names";
import { guessEnglish, lookUpJapanese } from "../../lib/vocabulary/glossary/glossary";
import ja from "../../lib/vocabulary/glossary/ja.json";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import labels from "../../models/starter/labels.json";
import { rankWords } from "../helpers/rank-words";
import { TrigramEmbedder } from "../helpers/trigram-embedder";

const TOPICS: Record<string, Record<string, string>> = ja;
const SEVERAL = "several meanings";
const english = (name: string): readonly string[] | undefined => lookUpJapanese(name)?.english;

describe("the glossary's file", () => {
  const words = Object.entries(TOPICS).flatMap(([topic, entries]) =>
    Object.entries(entries).flatMap(([japanese, names]) =>
      japanese.split("|").map((name) => ({ topic, entry: japanese, name, names })),
    ),
  );

  it("holds thousands of things", () => {
    assert.ok(new Set(words.map(({ entry }) => entry)).size >= 2_900);
  });

  it("has each Japanese spelling once, and folds no two things together by accident", () => {
    const spellings = words.map(({ name }) => name);
    assert.deepEqual(
      spellings.filter((name, at) => spellings.indexOf(name) !== at),
      [],
    );
    const byFold = new Map<string, Set<string>>();
    for (const { name, names } of words) {
      const fold = foldName(name);
      byFold.set(fold, (byFold.get(fold) ?? new Set()).add(names));
    }
    const shared = [...byFold].filter(([, meanings]) => meanings.size > 1).map(([fold]) => fold);
    // Each of these is told apart by its spelling: カバ and カバー, クモ and くも.
    assert.deepEqual(shared.sort(), ["アジ", "カバ", "クモ", "サケ", "タコ"].sort());
  });

  it("is Japanese on one side and readable to the starter on the other", () => {
    for (const { name, names } of words) {
      assert.match(name, /[\u3040-\u30ff\u3400-\u9fff]/, name);
      for (const each of names.split(/[|;]/)) {
        assert.ok(isReadable(each, { languages: "en" }), each);
        assert.match(each.trim(), /^[A-Za-z0-9][A-Za-z0-9 ()'.-]*$/, `${name}: ${names}`);
      }
    }
  });

  it("has a Japanese word for each of the starter's own names", () => {
    const known = new Set(
      words
        .filter(({ topic }) => topic !== SEVERAL)
        .flatMap(({ names }) => names.split(/[|;]/).map(foldName)),
    );
    // As many synonyms as the match looks at.
    const missing = labels.filter(
      ({ name, synonyms }) =>
        ![name, ...synonyms.slice(0, 4)].some((each) => known.has(foldName(each))),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
    assert.equal(labels.length, 1_000);
  });
});

describe("looking a Japanese name up", () => {
  for (const name of [
    "ねじ",
    "ネジ",
    "ﾈｼﾞ",
    "螺子",
    "ビス",
    "ネジ（予備）",
    "M8ねじ",
    "ねじ M8×20",
    "ねじ_02",
  ]) {
    it(`takes ${name} for a screw`, () => {
      assert.equal(english(name)?.[0], "screw");
    });
  }

  it("needs no long-vowel mark, and tells things apart that differ by one", () => {
    assert.deepEqual(english("モータ"), english("モーター"));
    assert.equal(english("カバー")?.[0], "cover");
    assert.equal(english("カバ")?.[0], "hippopotamus");
  });

  it("takes no word that means several things, and no part of a word", () => {
    for (const name of [
      "はし",
      "くも",
      "かき",
      "かば",
      "サービス",
      "ステンレスボルト",
      "2号機",
      "",
    ]) {
      assert.equal(english(name), undefined, name);
    }
  });

  it("takes a remark in brackets away, unless it says how the thing is", () => {
    assert.equal(english("ボルト【予備】")?.[0], "bolt");
    assert.equal(english("ボルト（錆）"), undefined);
  });

  it("knows scientific names", () => {
    assert.deepEqual(lookUpJapanese("パンダ")?.scientific, ["Ailuropoda melanoleuca"]);
  });

  const guesses: readonly [string, string[]][] = [
    ["はし", ["chopsticks", "bridge"]],
    ["ボルト・ナット", ["bolt", "nut"]],
    ["ステンレスボルト", ["stainless steel bolt", "bolt"]],
    ["犬の首輪", ["dog collar", "collar"]],
    ["三菱製フォークリフト", ["forklift"]],
    ["ボルト（錆）", ["bolt"]],
    ["サービス", []],
    ["鉄腕", []],
    ["部品あり", []],
    ["", []],
  ];
  for (const [name, expected] of guesses) {
    it(`guesses ${expected.join(", ") || "nothing"} for ${name || "nothing"}`, () => {
      assert.deepEqual(guessEnglish(name), expected);
    });
  }

  it("answers any text in time", () => {
    for (const name of ["1".repeat(200), "(".repeat(200), "（錆".repeat(60), "ア".repeat(200)]) {
      assert.equal(lookUpJapanese(name), undefined);
      assert.ok(guessEnglish(name).length < 3);
    }
  });
});

describe("glossary names of a vocabulary", () => {
  const add = (classes: unknown, languages: "en" | "multilingual" = "en") =>
    addGlossaryNames(parseVocabulary(classes), { languages }).classes;

  it("are for classes without an English name, on a model that reads English only", () => {
    const [screw, own, part, unknown] = add("ねじ, 釘 = brad, ボルト = B-12, 謎の物");
    assert.deepEqual(screw?.glossary, { english: ["screw"], scientific: [] });
    assert.equal(own?.glossary, undefined);
    // A part number is no name that a model could compare.
    assert.deepEqual(part?.glossary?.english, ["bolt"]);
    assert.equal(unknown?.glossary, undefined);
    assert.deepEqual(
      add("ねじ", "multilingual").map(({ glossary }) => glossary),
      [undefined],
    );
  });

  it("come from aliases too, and never take what a person gave to another class", () => {
    const [first, second] = add("甲 = ボルト | ナット, 六角 = bolt");
    assert.deepEqual(first?.glossary?.english, ["nut"]);
    assert.equal(second?.glossary, undefined);
  });

  it("keep a Japanese not-word away in English too, but no name of the class", () => {
    const [entry] = add([{ label: "ねじ", not: ["釘", "ビス"] }]);
    assert.deepEqual(entry?.not, ["釘", "ビス", "nail", "metal nail"]);
  });

  it("are left out where they tell nothing: numbered parts share them all", () => {
    const named = add(Array.from({ length: 9 }, (_, number) => `部品${String(number)}`));
    assert.ok(named.every(({ glossary }) => glossary === undefined));
    const [first] = add("M8ボルト, M10ボルト");
    assert.deepEqual(first?.glossary?.english, ["bolt"]);
  });

  it("are compared by their meaning; scientific names are met letter by letter", async () => {
    const embedder = new TrigramEmbedder();
    const index = await VocabularyIndex.build(parseVocabulary("パンダ"), embedder);
    assert.ok(embedder.embedded.includes("a photo of a giant panda"));
    assert.ok(!embedder.embedded.some((text) => text.includes("Ailuropoda")));
    const candidates = [{ name: "Ailuropoda melanoleuca", synonyms: [] }];
    const [first] = (await rankWords(index, candidates)).classes;
    assert.deepEqual(first?.via, {
      candidate: "Ailuropoda melanoleuca",
      alias: "Ailuropoda melanoleuca",
      kind: "alias",
      glossary: true,
    });
  });
});

/** With the bundled model: the placeholder of the dialog, and photos. */
describe("Japanese classes with the starter", () => {
  let cacheDir: string;
  let lease: EmbedderLease;
  before(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), "glossary-"));
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  });
  after(async () => {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const judge = async (classes: string, name: string): Promise<Result> => {
    const index = await VocabularyIndex.build(parseVocabulary(classes), await lease.value);
    return classifyWords({ candidates: [{ name, synonyms: [] }], description: "" }, { index });
  };

  it("finds ねじ, 釘, ハンマー by English words, and says that the glossary did it", async () => {
    const classes = "ねじ, 釘, ハンマー";
    for (const [word, label] of [
      ["screw", "ねじ"],
      ["nails", "釘"],
      ["hammer", "ハンマー"],
    ] as const) {
      const { label: found, explanation, ranking } = await judge(classes, word);
      assert.equal(found, label);
      assert.match(explanation, /用語集: /);
      assert.equal(ranking[0]?.via.glossary, true);
    }
    const near = await judge(classes, "claw hammer");
    assert.equal(near.label, "ハンマー");
    assert.match(near.explanation, /「用語集: hammer」を通じてハンマーに最も近い/);
  });

  it("leaves the words of other things to nobody", async () => {
    assert.equal((await judge("ねじ, 釘, ハンマー", "birthday cake")).outcome, "unknown");
  });

  it("classifies photos", async () => {
    const embedder = await lease.value;
    const vocabulary = parseVocabulary("コーヒー, パンダ, 宮殿, 軍服");
    const index = await VocabularyIndex.build(vocabulary, embedder);
    for (const [photo, label] of [
      ["espresso", "コーヒー"],
      ["giant-panda", "パンダ"],
    ] as const) {
      const file = path.join(__dirname, "../../examples/photos", `${photo}.jpg`);
      const [frame] = (await readFrames(await readFile(file))).frames;
      assert.ok(frame);
      const options = { mode: "slac", lmm: new Recogniser(embedder), index } as const;
      const [best] = (await classifyFrame(frame, options)).ranking;
      assert.equal(best?.label, label);
      assert.ok(best.via.glossary);
    }
  });
});
