import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import type { ExampleSet } from "../../lib/examples/example-set";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import {
  examplesFolder,
  ExamplesUse,
  findStore,
} from "../../nodes/runtime/examples/shared-examples";
import { paint, put, VOCABULARY, Workbench, type CountingEmbedder } from "../examples/workbench";

describe("examples that nodes share", () => {
  const bench = new Workbench();
  let embedder: CountingEmbedder;
  let RED: NodeAPI;
  let root: string;
  let logged: string[];
  let uses: ExamplesUse[];

  before(async () => {
    await bench.start();
    embedder = await bench.model("tiny-clip");
  });
  after(() => bench.stop());
  beforeEach(async () => {
    logged = [];
    uses = [];
    embedder.seen = 0;
    const log = { warn: (sentence: string) => logged.push(sentence) };
    RED = { settings: { userDir: await bench.root(), lang: "ja" }, log } as unknown as NodeAPI;
    root = examplesFolder(RED, "v1");
  });
  afterEach(() => {
    for (const use of uses) use.release();
  });

  const use = (id = "v1"): ExamplesUse => {
    const one = new ExamplesUse(RED, id);
    uses.push(one);
    return one;
  };
  /** Asks as each message does, until the set is as it should be; the test's time-out is the bound. */
  const until = async (
    one: ExamplesUse,
    isThere: (set: ExampleSet) => boolean,
  ): Promise<ExampleSet> => {
    for (;;) {
      const set = await one.get(embedder, VOCABULARY);
      if (isThere(set)) return set;
      await nextTurn();
    }
  };

  it("are in the user directory, a folder a vocabulary", () => {
    const folder = path.join(RED.settings.userDir ?? "", "tlac", "vocabularies", "v1", "examples");
    assert.equal(root, folder);
  });

  it("are read once for all nodes, and anew when the dialog adds or removes one", async () => {
    await put(root, "screw/a.jpg", await paint(1));
    const [first, second] = [use(), use()];
    const sets = await Promise.all(
      [first, second, first].map((one) => one.get(embedder, VOCABULARY)),
    );
    assert.equal(new Set(sets).size, 1);
    assert.equal(embedder.seen, 1);
    const { file } = await findStore(RED, "v1").add(VOCABULARY, "nail", await paint(2));
    const more = await until(second, ({ rows }) => rows === 2);
    assert.deepEqual(more.classIds, ["nail", "screw"]);
    assert.equal(await first.get(embedder, VOCABULARY), more);
    assert.equal(sets[0]?.rows, 1);
    first.release();
    await findStore(RED, "v1").remove(file);
    await until(second, ({ rows }) => rows === 1);
    assert.equal(embedder.seen, 2);
  });

  it("are another vocabulary's own", async () => {
    await put(root, "screw/a.jpg", await paint(1));
    assert.equal((await use("v2").get(embedder, VOCABULARY)).rows, 0);
    const nails = createVocabulary([{ id: "nail", label: "釘" }]);
    const one = use();
    assert.equal((await one.get(embedder, nails)).rows, 0);
    assert.equal((await one.get(embedder, VOCABULARY)).rows, 1);
  });

  it("do not hold messages up while new ones are read", async () => {
    await put(root, "screw/a.jpg", await paint(1));
    let go: (() => void) | undefined;
    const slow = {
      ...embedder,
      see: async (...args: Parameters<typeof embedder.see>) => {
        if (go === undefined) await new Promise<void>((resolve) => (go = resolve));
        return embedder.see(...args);
      },
    };
    const one = use();
    const first = await one.get(embedder, VOCABULARY);
    // From here on the model needs a word before it looks at anything.
    assert.equal(await one.get(slow, VOCABULARY), first);
    await findStore(RED, "v1").add(VOCABULARY, "screw", await paint(2));
    while (go === undefined) {
      assert.equal(await one.get(slow, VOCABULARY), first);
      await nextTurn();
    }
    assert.equal(await one.get(slow, VOCABULARY), first);
    go();
    await until(one, ({ rows }) => rows === 2);
  });

  it("are asked for again after a model has failed", async () => {
    await put(root, "screw/a.jpg", await paint(1));
    const lost = {
      ...embedder,
      see: () => Promise.reject(new TlacError("EMBEDDER_UNAVAILABLE", "clip.session-lost")),
    };
    const one = use();
    await assert.rejects(one.get(lost, VOCABULARY), { code: "EMBEDDER_UNAVAILABLE" });
    assert.equal((await one.get(embedder, VOCABULARY)).rows, 1);
    await findStore(RED, "v1").add(VOCABULARY, "screw", await paint(2));
    // Of the two, the one that asked last lends its model; the other is not told of it.
    const set = await until(one, ({ rows }) => rows === 2);
    assert.equal(set.rows, 2);
  });

  it("name what does not count in the log, each once", async () => {
    await put(root, "screw/broken.jpg", Buffer.from("no picture"));
    await put(root, "washer/a.jpg", await paint(1));
    const one = use();
    await one.get(embedder, VOCABULARY);
    const told = logged.length;
    assert.equal(told, 2);
    assert.match(logged[0] ?? "", /^\[examples:v1\] フォルダー washer/);
    assert.match(logged[1] ?? "", /screw\/broken\.jpg/);
    await findStore(RED, "v1").add(VOCABULARY, "nail", await paint(2));
    await until(one, ({ rows }) => rows === 1);
    assert.equal(logged.length, told);
  });

  it("end with the last node that uses them, and begin again with the next", async () => {
    await put(root, "screw/a.jpg", await paint(1));
    const closing = {
      ...embedder,
      see: (...args: Parameters<typeof embedder.see>) => {
        one.release();
        return embedder.see(...args);
      },
    };
    await put(root, "screw/b.jpg", await paint(2));
    const one = use();
    await assert.rejects(one.get(closing, VOCABULARY), { code: "CLOSED" });
    assert.equal((await use().get(embedder, VOCABULARY)).rows, 2);
    await rm(root, { recursive: true });
    assert.equal((await findStore(RED, "v1").list(VOCABULARY)).classes.size, 0);
  });
});
