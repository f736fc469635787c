import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Embedder } from "../../lib/clip/embedder";
import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import type { Candidate } from "../../lib/lmm/lmm";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyWords } from "../../lib/tlac/classify";
import type { Result } from "../../lib/tlac/result";
import { lintVocabulary } from "../../lib/vocabulary/lint-vocabulary";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { rankWords } from "../helpers/rank-words";

const candidate = (name: string, ...synonyms: string[]): Candidate => ({ name, synonyms });

/** With the bundled model: what a user's words lead to. */
describe("matching with the starter model", () => {
  let cacheDir: string;
  let lease: EmbedderLease;
  let embedder: Embedder;

  before(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), "match-"));
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
    embedder = await lease.value;
  });

  after(async () => {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const build = (classes: unknown): Promise<VocabularyIndex> =>
    VocabularyIndex.build(parseVocabulary(classes), embedder);

  type Judged = Pick<Result, "outcome" | "class" | "reason"> & { words: number; via: string };

  async function judge(
    classes: unknown,
    candidates: readonly Candidate[],
    description = "",
  ): Promise<Judged> {
    const index = await build(classes);
    const result = await classifyWords({ candidates, description }, { index });
    const { outcome, class: id, reason } = result;
    const [best] = result.ranking;
    const via = `${best?.via.kind ?? ""} ${best?.via.alias ?? ""}`;
    return { outcome, class: id, reason, words: best?.words ?? NaN, via };
  }

  const TOOLS = [
    { label: "ハンマー", aliases: ["hammer"], not: ["hammer drill"] },
    { label: "フォークリフト", aliases: ["forklift", "fork truck"] },
    { label: "消火器", aliases: ["fire extinguisher"] },
    "screwdriver",
  ];

  const rows: readonly {
    it: string;
    candidates: Candidate[];
    description?: string;
    expect: Partial<Judged>;
  }[] = [
    {
      it: "takes an exact alias, whatever its case and plural",
      candidates: [candidate("Hammers")],
      expect: { class: "ハンマー", reason: "alias", words: 1, via: "alias hammer" },
    },
    {
      it: "takes a Japanese name in either kana",
      candidates: [candidate("はんまー")],
      expect: { class: "ハンマー", reason: "alias" },
    },
    {
      it: "takes a synonym of the first candidate before the second candidate",
      candidates: [candidate("lift truck", "forklift"), candidate("screwdriver")],
      expect: { class: "フォークリフト", reason: "alias" },
    },
    {
      it: "takes a near word by its meaning",
      candidates: [candidate("forklift truck vehicle")],
      expect: { class: "フォークリフト", reason: "clear" },
    },
    {
      it: "reads the description where no candidate names a class",
      candidates: [candidate("equipment")],
      description: "A red fire extinguisher hangs on the wall.",
      expect: { class: "消火器", reason: "alias" },
    },
    {
      it: "reads a Japanese description",
      candidates: [candidate("物体")],
      description: "壁に赤い消火器が掛かっています。",
      expect: { class: "消火器", reason: "alias" },
    },
    {
      it: "lets a candidate weigh more than the description",
      candidates: [candidate("screwdriver")],
      description: "A screwdriver beside a hammer.",
      expect: { class: "screwdriver", reason: "alias" },
    },
    {
      it: "keeps a not-word from its class",
      candidates: [candidate("hammer drill")],
      expect: { class: null, outcome: "unknown", reason: "anti-alias" },
    },
    {
      it: "gives an everyday thing to nobody",
      candidates: [candidate("birthday cake")],
      expect: { class: null, outcome: "unknown" },
    },
    {
      it: "gives no word to nobody",
      candidates: [],
      expect: { class: null, outcome: "unknown", reason: "empty" },
    },
    {
      it: "survives words of only marks and hostile keys",
      candidates: [candidate("!!!", ""), candidate("__proto__"), candidate("constructor")],
      expect: { class: null, outcome: "unknown" },
    },
  ];
  for (const row of rows) {
    it(row.it, async () => {
      const decision = await judge(TOOLS, row.candidates, row.description);
      const actual = Object.fromEntries(
        Object.keys(row.expect).map((key) => [key, decision[key as keyof typeof decision]]),
      );
      assert.deepEqual(actual, row.expect);
    });
  }

  it("calls a name of two classes ambiguous", async () => {
    const decision = await judge(
      [
        { label: "crane (bird)", aliases: ["crane"] },
        { label: "crane (machine)", aliases: ["crane"] },
      ],
      [candidate("crane")],
    );
    assert.deepEqual([decision.outcome, decision.reason], ["ambiguous", "near-tie"]);
  });

  it("ranks with the paper's rule where classes are labels only", async () => {
    const labels = ["hammer", "wood_screw", "forklift", "adhesive tape", "oil can"];
    const index = await build(labels);
    const texts = [...labels, "duct tape"].map((name) => `a photo of a ${name.replace("_", " ")}`);
    const vectors = await embedder.embedTexts(texts);
    const answer = vectors.at(-1)!;
    const cosines = vectors
      .slice(0, -1)
      .map((v) => v.reduce((sum, x, at) => sum + x * answer[at]!, 0));
    const expected = labels[cosines.indexOf(Math.max(...cosines))];
    const { classes } = await rankWords(index, [candidate("duct tape")]);
    assert.equal(classes[0]?.label, expected);
    assert.ok(Math.abs(classes[0]!.score - Math.max(...cosines)) < 1e-5);
  });

  it("uses a class's own template and threshold", async () => {
    const strict = await judge(
      [{ label: "forklift", threshold: 0.99 }, "hammer"],
      [candidate("forklift truck vehicle")],
    );
    assert.equal(strict.reason, "below-threshold");
    const index = await build([{ label: "rust", template: "a steel surface with {name}" }]);
    const [vector] = await embedder.embedTexts(["a steel surface with rust"]);
    const sight = { embedding: vector!, features: null, probabilities: null };
    assert.ok(index.look(sight)!.scores[0]! > 0.999);
  });

  it("ranks 10,000 classes and finds the right one", async () => {
    // Texts of few words in few vectors: what counts here is the size of the table.
    const index = await build([
      ...Array.from({ length: 9_999 }, (_, number) => ({
        label: `部品${String(number)}`,
        aliases: number % 100 === 0 ? [`part ${String(number)}`] : [],
      })),
      "forklift",
    ]);
    const { classes } = await rankWords(index, [candidate("forklift truck")]);
    assert.equal(classes[0]?.class, "forklift");
    const exact = await rankWords(index, [candidate("部品 7777")]);
    assert.deepEqual([exact.classes[0]?.class, exact.classes[0]?.score], ["部品7777", 1]);
  });

  it("explains itself before the first image", async () => {
    const findings = await lintVocabulary(
      parseVocabulary([
        { label: "ねじ" },
        { label: "screw", aliases: ["bolt"] },
        { label: "fastener", aliases: ["bolts"] },
        { label: "grey car" },
        { label: "gray car" },
        { label: "long", aliases: ["very long ".repeat(19).trim()] },
      ]),
      embedder,
    );
    const kinds = findings.map(({ kind, classes }) => `${kind} ${classes.join("+")}`);
    assert.deepEqual(kinds, [
      "duplicate-alias screw+fastener",
      "no-readable-name ねじ",
      "near-classes grey-car+gray-car",
    ]);
    const near = findings.at(-1)!;
    assert.ok(near.similarity! > 0.95 && near.similarity! <= 1.0001);
  });
});
