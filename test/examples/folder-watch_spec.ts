import assert from "node:assert/strict";
import { once } from "node:events";
import { EventEmitter } from "node:events";
import { appendFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import type { ExampleSet } from "../../lib/examples/example-set";
import { ExampleStore } from "../../lib/examples/example-store";
import { FolderWatch } from "../../lib/examples/folder-watch";
import { paint, put, VOCABULARY, Workbench, type CountingEmbedder } from "./workbench";

const QUICK = { poll: 50, settle: 20 };

describe("a watched folder of examples", () => {
  const bench = new Workbench();
  let root: string;
  let store: ExampleStore;
  let embedder: CountingEmbedder;

  before(async () => {
    await bench.start();
    embedder = await bench.model("tiny-clip");
  });
  after(() => bench.stop());
  beforeEach(async () => {
    root = await bench.root();
    store = ExampleStore.open(root, { watch: QUICK });
  });
  afterEach(() => {
    store.close();
  });

  /** Reads at each change until the set is as it should be; the test's time-out is the bound. */
  async function readUntil(isThere: (set: ExampleSet) => boolean): Promise<ExampleSet> {
    const changes = new EventEmitter();
    const stop = store.onChange(() => changes.emit("change"));
    try {
      for (;;) {
        const change = once(changes, "change");
        const set = await store.read(embedder, VOCABULARY);
        if (isThere(set)) return set;
        await change;
      }
    } finally {
      stop();
    }
  }

  it("tells what a person puts in, changes and takes out, from no folder at all", async () => {
    const changes = new EventEmitter();
    store.onChange(() => changes.emit("change"));
    await once(changes, "change");
    await put(root, "screw/a.jpg", await paint(1));
    const first = await readUntil(({ rows }) => rows === 1);
    await put(root, "screw/a.jpg", await paint(2));
    await readUntil(({ digest }) => digest !== first.digest);
    await put(root, "釘".normalize("NFD") + "/b.png", await paint(3, "png"));
    assert.deepEqual((await readUntil(({ rows }) => rows === 2)).classIds, ["screw", "nail"]);
    await rm(path.join(root, "screw", "a.jpg"));
    await readUntil(({ rows }) => rows === 1);
  });

  it("takes a picture that is copied slowly once it is whole", async () => {
    const whole = await paint(1, "png");
    const half = whole.length >> 1;
    const place = await put(root, "screw/slow.png", whole.subarray(0, half));
    const { rows } = await readUntil(({ broken }) => broken[0]?.file === "screw/slow.png");
    assert.equal(rows, 0);
    await appendFile(place, whole.subarray(half));
    const { broken } = await readUntil((set) => set.rows === 1);
    assert.deepEqual(broken, []);
  });

  it("goes on when the whole folder is deleted and made again", async () => {
    await put(root, "screw/a.jpg", await paint(1));
    await readUntil(({ rows }) => rows === 1);
    await rm(root, { recursive: true });
    await readUntil(({ rows }) => rows === 0);
    await put(root, "screw/b.jpg", await paint(2));
    await readUntil(({ files }) => files[0] === "screw/b.jpg");
    await rm(path.dirname(root), { recursive: true });
    await readUntil(({ rows }) => rows === 0);
    await store.add(VOCABULARY, "screw", await paint(3));
    await readUntil(({ rows }) => rows === 1);
  });

  it("tells what the store itself has added and removed at once", async () => {
    let told = 0;
    const slow = ExampleStore.open(root, { watch: { poll: 1e6, settle: 1e6 } });
    slow.onChange(() => {
      throw new Error("a listener that fails harms nobody");
    });
    slow.onChange(() => (told += 1));
    const { file } = await slow.add(VOCABULARY, "screw", await paint(1));
    assert.equal(told, 1);
    await slow.remove(file);
    await slow.restore(VOCABULARY, file);
    assert.equal(told, 3);
    slow.close();
    await slow.remove(file);
    assert.equal(told, 3);
  });

  it("waits until what changes is at rest, but not for ever", async () => {
    let scans = 0;
    const told = new EventEmitter();
    const watch = new FolderWatch(
      root,
      () => Promise.resolve({ folders: [], signature: String(scans++) }),
      () => told.emit("told", scans),
      { poll: 1, settle: 1 },
    );
    try {
      const [at] = (await once(told, "told")) as [number];
      assert.ok(at > 10 && at < 30, `after ${at} scans`);
    } finally {
      watch.close();
    }
  });

  it("survives what it cannot read", async () => {
    let scans = 0;
    const told = new EventEmitter();
    const watch = new FolderWatch(
      path.join(root, "\0"),
      () =>
        scans++ < 3
          ? Promise.reject(new Error("EIO"))
          : Promise.resolve({ folders: ["x"], signature: "" }),
      () => told.emit("told"),
      { poll: 1, settle: 1 },
    );
    await once(told, "told");
    watch.close();
    await writeFile(path.join(path.dirname(root), "after"), "");
  });
});
