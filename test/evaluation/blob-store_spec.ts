import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { BlobStore } from "../../lib/evaluation/store/blob-store";

describe("the store of answers", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "blobs-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const text = async (store: BlobStore, name: string): Promise<string | undefined> => {
    const bytes = await store.get(name);
    return bytes && Buffer.from(bytes).toString();
  };

  async function fill(entries: Record<string, string>): Promise<void> {
    const store = await BlobStore.open(folder);
    for (const [name, value] of Object.entries(entries)) store.put(name, Buffer.from(value));
    await store.close();
  }

  it("gives back what was put, at once and after it was opened again; the newest wins", async () => {
    const store = await BlobStore.open(folder);
    store.put("a", Buffer.from("one"));
    assert.equal(await text(store, "a"), "one");
    await store.flush();
    store.putJson("b", { n: 0.1 });
    assert.equal(await text(store, "a"), "one");
    await store.close();
    await fill({ a: "two", long: "x".repeat(3_000_000) });
    const again = await BlobStore.open(folder);
    assert.equal(await text(again, "a"), "two");
    assert.deepEqual(await again.getJson("b"), { n: 0.1 });
    assert.equal((await again.get("long"))?.length, 3_000_000);
    assert.equal(await again.get("c"), undefined);
    await again.close();
  });

  it("loses nothing but what a killed process was writing", async () => {
    await fill({ a: "one", b: "two" });
    const [name = ""] = await readdir(folder);
    const file = path.join(folder, name);
    await truncate(file, (await readFile(file)).length - 1);
    const store = await BlobStore.open(folder);
    assert.deepEqual([await text(store, "a"), await text(store, "b")], ["one", undefined]);
    store.put("b", Buffer.from("three"));
    await store.close();
    await appendFile(file, "noise");
    const again = await BlobStore.open(folder);
    assert.equal(await text(again, "b"), "three");
    await again.close();
  });

  it("does not take damaged bytes for an answer", async () => {
    await fill({ a: "one and only" });
    const [name = ""] = await readdir(folder);
    const file = path.join(folder, name);
    const bytes = await readFile(file);
    bytes[bytes.length - 3] = 0;
    await writeFile(file, bytes);
    const store = await BlobStore.open(folder);
    assert.equal(await store.get("a"), undefined);
    await store.close();
  });

  it("lets several processes share a folder, and drops the oldest where room ends", async () => {
    const [first, second] = [await BlobStore.open(folder), await BlobStore.open(folder)];
    first.put("a", Buffer.alloc(1_000));
    await first.close();
    second.put("b", Buffer.alloc(1_000));
    await second.close();
    const both = await BlobStore.open(folder);
    assert.ok((await both.get("a")) && (await both.get("b")));
    await both.close();
    const small = await BlobStore.open(folder, { mostBytes: 1_500 });
    assert.deepEqual([Boolean(await small.get("a")), Boolean(await small.get("b"))], [false, true]);
    await small.close();
  });

  it("keeps answers in memory where nothing can be written", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    const store = await BlobStore.open(path.join(file, "below"));
    store.put("a", Buffer.from("one"));
    await store.flush();
    assert.equal(await text(store, "a"), "one");
    await store.close();
  });
});
