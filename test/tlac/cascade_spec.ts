import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";

import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { createOllama, type OllamaLmm } from "../../lib/lmm/ollama/ollama";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyFrame, judgeFrame, type ClassifyOptions } from "../../lib/tlac/classify";
import { FileReconcileMemo } from "../../lib/tlac/reconcile-memo";
import type { Result } from "../../lib/tlac/result";
import type { StepReport } from "../../lib/tlac/steps";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { BrainAnswer, BrainRequest } from "../ollama-double/brain";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";

const MODEL = "llava:7b";

/** Says what it sees, and answers the second question as the test wants. */
class TwoStageBrain {
  word = "gripping tool";
  choice: (options: string[]) => string = () => "A";
  /** Of the whole class list. */
  pick: (classes: string[]) => string = () => "wrench.";
  /** The tokens of all letters are equally likely. */
  undecided = false;

  /** Other names for what it sees. */
  synonyms: readonly string[] = [];

  answer({ system, prompt, images }: BrainRequest): Promise<BrainAnswer> {
    const options = [...prompt.matchAll(/^([A-Z]): (.+)$/gm)].map(
      ([, letter, text]) => `${letter!}${text!}`,
    );
    if (options.length > 0) {
      const letter = this.choice(options);
      return Promise.resolve({
        json: { a_choice: letter },
        ...(this.undecided
          ? {
              probabilities: Object.fromEntries(
                options.map((option) => [option.charAt(0), 1 / options.length]),
              ),
            }
          : {}),
      });
    }
    if (/^n1: /m.test(prompt)) return Promise.resolve({ json: { n1: this.synonyms } });
    if (images.length === 0) {
      const classes = /^classes: \[(.*)\]$/m.exec(system)?.[1]?.split(", ") ?? [];
      return Promise.resolve({ text: this.pick(classes) });
    }
    const candidates = [{ a_name: this.word, b_synonyms: [] }];
    return Promise.resolve({ json: { a_description: "A tool.", b_candidates: candidates } });
  }
}

const letterOf = (name: string) => (options: string[]) =>
  options.find((option) => option.slice(1).startsWith(name))?.charAt(0) ?? "A";

describe("cascade and tlac through Ollama", () => {
  let folder: string;
  let lease: EmbedderLease;
  let index: VocabularyIndex;
  let frame: Frame;
  let double: OllamaDouble;
  let brain: TwoStageBrain;
  let ollama: OllamaLmm;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cascade-"));
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir: folder });
    const vocabulary = parseVocabulary("wrench, pliers, monkey wrench, teapot");
    index = await VocabularyIndex.build(vocabulary, await lease.value);
    const image = { create: { width: 64, height: 48, channels: 3 as const, background: "#888" } };
    frame = (await readFrames(await sharp(image).png().toBuffer())).frames[0]!;
  });

  after(async () => {
    await lease.release();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    brain = new TwoStageBrain();
    double = await startOllamaDouble({ brain, models: [{ name: MODEL }] });
    ollama = createOllama({ host: double.url, model: MODEL, canary: false });
  });

  afterEach(async () => {
    await ollama.close();
    await double.close();
  });

  /** By words alone: the grey picture would contradict whatever the LMM says. */
  const judge = (options: Partial<ClassifyOptions> = {}): Promise<Result> =>
    classifyFrame(frame, { mode: "cascade", lmm: ollama, index, sight: false, ...options });

  it("asks once where a name matches", async () => {
    brain.word = "pliers";
    const result = await judge();
    assert.deepEqual([result.class, result.reason, result.lmmCalls.length], ["pliers", "alias", 1]);
  });

  it("asks once where the text match is clear", async () => {
    brain.word = "plier";
    const result = await judge();
    assert.deepEqual([result.outcome, result.lmmCalls.length], ["class", 1]);
  });

  it("asks for other names where nothing fits, once for the same names", async () => {
    brain.word = "thunderstorm";
    const memo = await FileReconcileMemo.open(path.join(folder, "synonyms.jsonl"));
    const result = await judge({ memo });
    assert.deepEqual([result.outcome, result.lmmCalls.length], ["unknown", 2]);
    assert.equal((await judge({ memo })).lmmCalls.length, 1);
    // A caller that has all names already asks for none.
    assert.equal((await judge({ answer: "json" })).lmmCalls.length, 1);
    await memo.flush();
  });

  for (const mode of ["slac", "cascade"] as const) {
    it(`finds a class by another name of what was seen (${mode})`, async () => {
      brain.word = "brewing vessel of a household";
      brain.synonyms = ["teapot", "tea pot"];
      const result = await judge({ mode });
      assert.deepEqual([result.class, result.reason], ["teapot", "alias"]);
      assert.deepEqual(result.candidates, [
        { name: "brewing vessel of a household", synonyms: ["teapot", "tea pot"] },
      ]);
      const { messages } = double.journal.last("/api/chat").body as {
        messages: { role: string; content: string }[];
      };
      assert.deepEqual(
        messages.map(({ role }) => role),
        ["system", "user"],
      );
      assert.equal(messages[1]?.content, "n1: brewing vessel of a household");
    });
  }

  for (const [when, word, outcome, reason] of [
    ["for other names", "thunderstorm", "unknown", "background"],
    ["between near classes", "gripping tool", "ambiguous", "near-tie"],
  ] as const) {
    it(`decides without a further question ${when} that fails, and tells it`, async () => {
      brain.word = word;
      const foreign = { json: { names: ["螺栓扳手钳子"] } };
      double.brain = new ScriptedBrain(({ images }) =>
        images.length > 0 ? { json: { names: [word] } } : foreign,
      );
      const steps: StepReport[] = [];
      const result = await judge({ onStep: (step) => steps.push(step) });
      assert.deepEqual([result.outcome, result.reason], [outcome, reason]);
      assert.deepEqual([result.cascade, result.lmmCalls.length], ["words", 1]);
      assert.equal(result.lmmFailure?.code, "LMM_BAD_ANSWER");
      assert.match(result.lmmFailure.message, /twice/);
      assert.match(
        result.explanation,
        /A further question to the LMM failed \(LMM_BAD_ANSWER\)\.$/,
      );
      const [ended] = steps.filter(({ step, state }) => step === "ask" && state !== "running");
      assert.equal(ended?.state, "failed");
      // Whoever measures decisions does not measure a server.
      const asked = { mode: "cascade", lmm: ollama, index, sight: false } as const;
      await assert.rejects(judgeFrame(frame, asked), { code: "LMM_BAD_ANSWER" });
    });
  }

  it("ends an answer with the name that decides, and what is left of it costs nothing", async () => {
    double.brain = new ScriptedBrain(({ images }) =>
      images.length > 0 ? { json: { names: ["pliers", "monkey wrench", "teapot"] } } : "{}",
    );
    double.hold("token", 12);
    const result = await judge();
    assert.deepEqual([result.class, result.reason], ["pliers", "alias"]);
    assert.deepEqual(result.candidates, [{ name: "pliers", synonyms: [] }]);
    const [call] = result.lmmCalls;
    assert.equal(call?.cut, true);
    const { clientClosedAt, tokens } = await double.journal.waitFor(
      ({ images, finished }) => images.length > 0 && finished,
    );
    assert.equal(clientClosedAt, "streaming");
    assert.ok(tokens < 14);
  });

  it("ends no answer before it decides, and none of the published method's", async () => {
    const names = ["gripping thing", "pliers"];
    double.brain = new ScriptedBrain(({ images }) =>
      images.length > 0 ? { json: { names } } : { json: { a_choice: "A", n1: [] } },
    );
    const result = await judge({ mode: "slac" });
    assert.deepEqual(
      result.candidates.map(({ name }) => name),
      names,
    );
    double.brain = new ScriptedBrain(({ images }) =>
      images.length > 0 ? { json: { names: ["pliers", "wrench"] } } : "pliers",
    );
    const published = await judge({ mode: "tlac" });
    assert.equal(published.candidates.length, 2);
    assert.ok(published.lmmCalls.every(({ cut }) => !cut));
  });

  it("hears the user's rules before it ends an answer", async () => {
    double.brain = new ScriptedBrain(({ images }) =>
      images.length > 0 ? { json: { names: ["pliers", "teapot"] } } : "{}",
    );
    const filter: NonNullable<ClassifyOptions["filter"]> = ({ candidates, description }) =>
      Promise.resolve({
        candidates: candidates.filter(({ name }) => name !== "pliers"),
        description,
        forcedUnknown: false,
      });
    const result = await judge({ filter });
    assert.equal(result.candidates[0]?.name, "teapot");
  });

  it("lets a second answer settle a near-tie that the text match leaves open", async () => {
    brain.choice = letterOf("pliers");
    const result = await judge();
    assert.deepEqual(
      [result.class, result.reason, result.lmmCalls.length],
      ["pliers", "agreed", 2],
    );
  });

  it("offers the near classes only, and a way out", async () => {
    let seen: string[] = [];
    brain.choice = (options) => {
      seen = options;
      return "A";
    };
    await judge();
    assert.equal(seen.at(-1)?.slice(1), "none of these");
    assert.ok(seen.length >= 3 && seen.length <= 9, seen.join(" | "));
  });

  it("puts what is the same in each near-tie's question in front", async () => {
    const systems = new Set<string>();
    for (const classes of ["wrench, pliers, monkey wrench", "wrench, pliers, kettle"]) {
      const few = await VocabularyIndex.build(parseVocabulary(classes), index.embedder);
      await judge({ index: few });
      const { messages } = double.journal.last("/api/chat").body as {
        messages: { role: string; content: string }[];
      };
      const [system, user] = messages;
      assert.deepEqual([system?.role, user?.role], ["system", "user"]);
      assert.match(system!.content, /\{"a_choice": "…"\}$/);
      assert.match(
        user!.content,
        /^Words: "gripping tool"\nDescription: A tool\nA: [^]+: none of these$/,
      );
      systems.add(system!.content);
    }
    assert.equal(systems.size, 1);
  });

  it("stays ambiguous where the knob asks for more than a second answer gives", async () => {
    brain.choice = letterOf("pliers");
    const result = await judge({ accept: 1000 });
    assert.deepEqual(
      [result.outcome, result.reason, result.class, result.accept],
      ["ambiguous", "disagreed", null, 1000],
    );
  });

  it("stays ambiguous where the LMM is not sure by its own probabilities", async () => {
    brain.choice = letterOf("pliers");
    brain.undecided = true;
    const result = await judge();
    assert.deepEqual([result.outcome, result.reason], ["ambiguous", "disagreed"]);
  });

  it("is unknown where the LMM chooses none of the near classes", async () => {
    brain.choice = letterOf("none");
    const result = await judge();
    assert.deepEqual(
      [result.outcome, result.reason, result.class],
      ["unknown", "none-of-these", null],
    );
  });

  it("pays for the second answer once per word, also after a restart", async () => {
    brain.choice = letterOf("pliers");
    const file = path.join(folder, "memo.jsonl");
    const memo = await FileReconcileMemo.open(file);
    const first = await judge({ memo });
    const second = await judge({ memo });
    await memo.flush();
    const third = await judge({ memo: await FileReconcileMemo.open(file) });
    assert.deepEqual(
      [first, second, third].map(({ lmmCalls }) => lmmCalls.length),
      [2, 1, 1],
    );
    assert.deepEqual(
      [first, second, third].map(({ cached }) => cached.reconcile),
      [false, true, true],
    );
    assert.deepEqual(
      [first, second, third].map((result) => result.class),
      Array(3).fill("pliers"),
    );
  });

  it("does not remember an answer for another vocabulary or model", async () => {
    brain.choice = letterOf("pliers");
    const memo = await FileReconcileMemo.open(path.join(folder, "memo2.jsonl"));
    await judge({ memo });
    const other = parseVocabulary("wrench, pliers, monkey wrench, teapot, kettle");
    const otherIndex = await VocabularyIndex.build(other, index.embedder);
    assert.equal((await judge({ memo, index: otherIndex })).lmmCalls.length, 2);
    double.models.change(MODEL, { digest: "f".repeat(64) });
    const renewed = createOllama({ host: double.url, model: MODEL, canary: false });
    assert.equal((await judge({ memo, lmm: renewed })).lmmCalls.length, 2);
    await renewed.close();
  });

  it("shows the image again for a second look, and remembers nothing of it", async () => {
    brain.choice = letterOf("pliers");
    const memo = await FileReconcileMemo.open(path.join(folder, "memo3.jsonl"));
    for (let round = 0; round < 2; round++) {
      assert.equal((await judge({ memo, secondLook: true })).lmmCalls.length, 2);
    }
    assert.equal(double.journal.last("/api/chat").images.length, 1);
  });

  it("gives tlac the whole class list and takes its choice", async () => {
    const result = await judge({ mode: "tlac" });
    assert.deepEqual([result.class, result.mode, result.lmmCalls.length], ["wrench", "tlac", 2]);
    assert.equal(result.candidates[0]?.name, "gripping tool");
    const body = double.journal.last("/api/chat").body as {
      messages: { content: string; images?: unknown }[];
    };
    // What is the same for each picture stands in front.
    const [system, user] = body.messages;
    assert.match(system!.content, /classes: \[wrench, pliers, monkey wrench, teapot\]$/);
    assert.equal(user!.content, "predicted class: gripping tool");
    assert.equal(body.messages.at(-1)!.images, undefined);
  });

  it("asks tlac's question in parts where num_ctx is too small for the class list", async () => {
    const colours = ["red", "green", "blue", "black", "white", "brown", "grey", "golden"];
    const tools = ["wrench", "hammer", "saw", "file", "drill", "lathe", "vice", "anvil", "rasp"];
    const labels = colours.flatMap((colour) => tools.map((tool) => `${colour} ${tool}`));
    const long = await VocabularyIndex.build(parseVocabulary(labels), await lease.value);
    const small = createOllama({
      host: double.url,
      model: MODEL,
      canary: false,
      numCtx: 500,
      numPredict: 100,
    });
    brain.word = "golden rasp";
    brain.pick = (classes) => classes.find((name) => name === "golden rasp") ?? classes[0] ?? "";
    try {
      const result = await judge({ mode: "tlac", lmm: small, index: long });
      assert.deepEqual([result.class, result.outcome], ["golden-rasp", "class"]);
      assert.ok(result.lmmCalls.length > 3, `${result.lmmCalls.length} calls`);
    } finally {
      await small.close();
    }
  });

  for (const mode of ["tlac", "slac", "cascade"] as const) {
    it(`${mode} makes no class of nothing where a rule dropped every name`, async () => {
      const filter: NonNullable<ClassifyOptions["filter"]> = ({ description }) =>
        Promise.resolve({ candidates: [], description, forcedUnknown: false });
      const result = await judge({ mode, filter });
      assert.deepEqual([result.outcome, result.class, result.score], ["unknown", null, 0]);
      assert.equal(result.lmmCalls.length, 1);
    });
  }

  it("refuses a mode that its LMM cannot do, before any call", async () => {
    const { candidates } = await judge({ mode: "slac" });
    assert.equal(candidates.length, 1);
    const before = double.journal.of("/api/chat").length;
    const deaf = { propose: ollama.propose.bind(ollama) };
    await assert.rejects(judge({ mode: "tlac", lmm: deaf }), { code: "BAD_CONFIG" });
    await assert.rejects(judge({ mode: "cascade", lmm: null }), { code: "BAD_CONFIG" });
    assert.equal(double.journal.of("/api/chat").length, before);
  });

  it("forces unknown by a rule on the answer, whatever would match", async () => {
    brain.word = "pliers";
    const filter: NonNullable<ClassifyOptions["filter"]> = (words) =>
      Promise.resolve({ ...words, forcedUnknown: true });
    const result = await judge({ filter });
    assert.deepEqual([result.outcome, result.reason, result.class], ["unknown", "filtered", null]);
  });

  it("records model, digest and timings with each result", async () => {
    const { models, timings, lmmCalls } = await judge();
    assert.equal(models.lmm?.name, MODEL);
    assert.ok(models.lmm.digest && models.lmm.version);
    assert.equal(models.embedder.digest, index.embedder.info.digest);
    assert.ok(timings.total >= timings.lmm && timings.lmm > 0);
    assert.ok(lmmCalls.every(({ total }) => total > 0));
  });
});
