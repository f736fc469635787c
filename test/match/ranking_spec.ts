import assert from "node:assert/strict";

import type { Candidate } from "../../lib/lmm/lmm";
import { BACKGROUND_WORDS } from "../../lib/match/background-words";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { foldName } from "../../lib/vocabulary/fold-name";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { rankWords, type Heard } from "../helpers/rank-words";
import { TrigramEmbedder } from "../helpers/trigram-embedder";

const candidate = (name: string, ...synonyms: string[]): Candidate => ({ name, synonyms });

const PARTS = [
  { label: "ハンマー", aliases: ["hammer"], not: ["hammer drill"] },
  { label: "ねじ", aliases: ["screw"] },
  { label: "screwdriver" },
  { label: "ビス止め" },
  { label: "ビス" },
];

async function rank(
  candidates: readonly Candidate[],
  description = "",
  classes: unknown = PARTS,
): Promise<Heard> {
  const index = await VocabularyIndex.build(parseVocabulary(classes), new TrigramEmbedder(), {
    template: "{name}",
  });
  return rankWords(index, candidates, description);
}

describe("rankings", () => {
  const rows: readonly {
    it: string;
    candidates: Candidate[];
    description?: string;
    /** Class, score (rounded) and kind of the best. */
    best: readonly [string, number, string];
  }[] = [
    {
      it: "give an exact name the score 1",
      candidates: [candidate("The Hammers")],
      best: ["ハンマー", 1, "alias"],
    },
    {
      it: "put the first candidate's name before the second's",
      candidates: [candidate("screw"), candidate("hammer")],
      best: ["ねじ", 1, "alias"],
    },
    {
      it: "put the first candidate's synonym before the second's name",
      candidates: [candidate("thing", "hammer"), candidate("screw")],
      best: ["ハンマー", 0.99, "alias"],
    },
    {
      it: "put a candidate's name before its synonym",
      candidates: [candidate("screw", "hammer")],
      best: ["ねじ", 1, "alias"],
    },
    {
      it: "put a later candidate's exact name before a near word",
      candidates: [candidate("hammer tool"), candidate("screw")],
      best: ["ねじ", 0.8, "alias"],
    },
    {
      it: "let a sure candidate's near word beat an improbable one's exact name",
      candidates: [
        { ...candidate("hammering"), probability: 0.98 },
        { ...candidate("screw"), probability: 0.0001 },
      ],
      best: ["ハンマー", 0.75, "text"],
    },
    {
      it: "keep a class from winning by a synonym of its not-word",
      candidates: [candidate("hammer drill", "hammer"), candidate("screw")],
      best: ["ねじ", 0.8, "alias"],
    },
    {
      it: "let a class win by another candidate than its not-word",
      candidates: [candidate("hammer drill"), candidate("hammer")],
      best: ["ハンマー", 0.8, "alias"],
    },
    {
      it: "read the description's whole words",
      candidates: [candidate("object")],
      description: "Two screws, seen from above.",
      best: ["ねじ", 0.9, "alias"],
    },
    {
      it: "read Japanese words of a description",
      candidates: [candidate("物体")],
      description: "机の上にハンマーがあります。",
      best: ["ハンマー", 0.9, "alias"],
    },
    {
      it: "leave the description where a candidate names a class",
      candidates: [candidate("object"), candidate("thing"), candidate("screw")],
      description: "A hammer.",
      best: ["ねじ", 0.64, "alias"],
    },
  ];
  for (const row of rows) {
    it(row.it, async () => {
      const [best] = (await rank(row.candidates, row.description)).classes;
      const score = Math.round((best?.score ?? NaN) * 1e4) / 1e4;
      if (row.best[2] === "text") {
        assert.deepEqual([best?.class, best?.via.kind], [row.best[0], "text"]);
        assert.ok(score > 0.4 && score < 1, String(score));
      } else {
        assert.deepEqual([best?.class, score, best?.via.kind], row.best);
      }
    });
  }

  it("tell which word met which name", async () => {
    const [best] = (await rank([candidate("mallet", "Hammers")])).classes;
    assert.deepEqual(best?.via, { candidate: "Hammers", alias: "hammer", kind: "alias" });
  });

  it("name the class that a not-word ruled out", async () => {
    assert.deepEqual((await rank([candidate("hammer drill")])).vetoed, ["ハンマー"]);
    assert.deepEqual((await rank([candidate("hammer")])).vetoed, []);
  });

  it("keep a class out of a description that holds its not-word", async () => {
    const { classes } = await rank([candidate("物体")], "A hammer drill beside a hammer.");
    assert.deepEqual(
      classes.filter(({ via }) => via.kind === "alias"),
      [],
    );
  });

  it("find no name inside another word of the description", async () => {
    for (const text of ["A corkscrew.", "サービスカウンターです。", "hammerhead"]) {
      const { classes } = await rank([candidate("物体")], text);
      assert.deepEqual(
        classes.filter(({ via }) => via.kind === "alias"),
        [],
        text,
      );
    }
  });

  it("embed only what an English-only model reads", async () => {
    const embedder = new TrigramEmbedder();
    const index = await VocabularyIndex.build(parseVocabulary(PARTS), embedder, {});
    await index.hear([candidate("ドライバー", "screw driver")]);
    assert.ok(embedder.embedded.includes("a photo of a hammer"));
    assert.ok(embedder.embedded.includes("a photo of a screw driver"));
    assert.deepEqual(
      embedder.embedded.filter((text) => /[^\p{ASCII}]/u.test(text)),
      [],
    );
  });

  it("embed every name for a model that reads all languages", async () => {
    const embedder = new TrigramEmbedder({ languages: "multilingual" });
    await VocabularyIndex.build(parseVocabulary(PARTS), embedder, {});
    assert.ok(embedder.embedded.includes("a photo of a ハンマー"));
  });

  it("find a class that no model reads by its exact name only", async () => {
    const exact = await rank([candidate("ビス")]);
    assert.deepEqual(
      exact.classes.map(({ class: id }) => id),
      ["ビス"],
    );
    const near = await rank([candidate("screws")]);
    assert.ok(near.classes.every(({ class: id }) => id !== "ビス"));
  });

  it("say nothing of an image where no class has a readable name", async () => {
    const index = await VocabularyIndex.build(parseVocabulary("甲種、乙種"), new TrigramEmbedder());
    assert.equal(index.readable, false);
    const sight = { embedding: new Float32Array(512), features: null, probabilities: null };
    assert.equal(index.look(sight), null);
  });

  it("compare background words, but those that are classes", async () => {
    const dog = await rank([candidate("dog")]);
    assert.deepEqual(dog.background?.word, "dog");
    const own = await rank([candidate("dogs")], "", ["dog", "screw"]);
    assert.notEqual(own.background?.word, "dog");
    assert.equal(own.classes[0]?.class, "dog");
  });

  it("leave background words out that nearly coincide with a class", async () => {
    const near = await rank([candidate("scissors")], "", ["pair of scissors", "hammer"]);
    const far = await rank([candidate("scissors")], "", ["hammer"]);
    assert.equal(far.background?.word, "scissors");
    assert.equal(near.background?.word, "scissors");
    const same = await rank([candidate("scissors")], "", ["scissors scissors", "hammer"]);
    assert.notEqual(same.background?.word, "scissors");
  });

  it("leave a later candidate's background word to the later candidate", async () => {
    const { classes, background } = await rank([candidate("hammer tool"), candidate("hand")]);
    assert.equal(classes[0]?.class, "ハンマー");
    assert.ok((background?.score ?? 0) < 0.9, JSON.stringify(background));
    const first = await rank([candidate("hand"), candidate("hammer tool")]);
    assert.deepEqual(
      [first.background?.word, first.background?.score.toFixed(2)],
      ["hand", "1.00"],
    );
  });

  it("find the right one of 10,000 classes, and rank as a full sort does", async () => {
    const labels = Array.from({ length: 10_000 }, (_, n) => `part ${(n * 7919).toString(36)}`);
    const embedder = new TrigramEmbedder();
    const index = await VocabularyIndex.build(parseVocabulary(labels), embedder, {
      template: "{name}",
    });
    const wanted = labels[7_777] ?? "";
    const exact = await rankWords(index, [candidate(wanted.toUpperCase())]);
    assert.deepEqual([exact.classes[0]?.label, exact.classes[0]?.score], [wanted, 1]);

    const [answer, ...vectors] = await embedder.embedTexts(["party 1x9", ...labels]);
    const cosines = vectors.map((vector) =>
      vector.reduce((sum, value, at) => sum + value * (answer?.[at] ?? NaN), 0),
    );
    const sorted = [...cosines].sort((a, b) => b - a);
    const { classes } = await rankWords(index, [candidate("party 1x9")]);
    assert.equal(classes.length, 10);
    for (const [place, { score, label }] of classes.entries()) {
      assert.ok(Math.abs(score - (sorted[place] ?? NaN)) < 1e-6, `${String(place)}: ${label}`);
      assert.ok(Math.abs((cosines[labels.indexOf(label)] ?? NaN) - score) < 1e-6, label);
    }
  });

  it("end where nobody waits any more", async () => {
    const labels = Array.from({ length: 3_000 }, (_, n) => `part ${String(n)}`);
    const vocabulary = parseVocabulary(labels);
    await assert.rejects(
      VocabularyIndex.build(vocabulary, new TrigramEmbedder(), { signal: AbortSignal.abort() }),
      { code: "CLOSED" },
    );
  });
});

describe("background words", () => {
  it("are about 300 names, each once", () => {
    const folds = BACKGROUND_WORDS.map(foldName);
    assert.ok(BACKGROUND_WORDS.length >= 250 && BACKGROUND_WORDS.length <= 400);
    const doubled = folds.filter((fold, at) => folds.indexOf(fold) !== at);
    assert.deepEqual(doubled, []);
    assert.ok(BACKGROUND_WORDS.every((word) => word !== "" && word === word.trim()));
  });
});
