import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

import { TlacError } from "../../lib/errors";
import { ExampleStore } from "../../lib/examples/example-store";
import { readFrames } from "../../lib/frame/read-frames";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { paint, put, VOCABULARY, Workbench, type CountingEmbedder } from "./workbench";

describe("examples in folders", () => {
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
    store = ExampleStore.open(root);
    embedder.seen = 0;
  });

  const fails = (key: string, code = "BAD_MESSAGE") => {
    return (error: unknown): boolean => {
      assert.ok(error instanceof TlacError, String(error));
      assert.deepEqual([error.key, error.code], [key, code]);
      assert.doesNotMatch(error.message + error.in("ja"), /\{\{|undefined/);
      return true;
    };
  };
  const pictures = async (folder: string): Promise<string[]> =>
    (await readdir(path.join(root, folder)).catch(() => [])).filter(
      (name) => !name.startsWith("."),
    );

  it("keeps a picture as a plain JPEG of at most 512 px, whatever it came as", async () => {
    const picture = await paint(1, "png", 900);
    const { file, added, removed } = await store.add(VOCABULARY, "screw", picture);
    assert.match(file, /^screw\/[0-9a-f]{32}\.jpg$/);
    assert.deepEqual([added, removed], [true, null]);
    const { format, width, height, exif } = await sharp(path.join(root, file)).metadata();
    assert.deepEqual([format, width, height, exif], ["jpeg", 512, 512, undefined]);
    // No other file beside it, not even a hidden one.
    assert.equal((await readdir(path.join(root, "screw"))).length, 1);
  });

  it("keeps the same picture once: as bytes, as a Frame, and as it was kept", async () => {
    const bytes = await paint(2, "png", 700);
    const { file } = await store.add(VOCABULARY, "screw", bytes);
    const { frames } = await readFrames(bytes);
    assert.equal((await store.add(VOCABULARY, "screw", frames[0]!)).file, file);
    assert.equal((await store.add(VOCABULARY, "screw", bytes)).file, file);
    const kept = await readFile(path.join(root, file));
    assert.equal((await store.add(VOCABULARY, "screw", kept)).file, file);
    assert.equal((await pictures("screw")).length, 1);
  });

  it("does not keep again what a person has put there under another name", async () => {
    const bytes = await paint(3);
    await put(root, "ねじ/昨日の写真 1", bytes);
    const { file, added } = await store.add(VOCABULARY, "screw", bytes);
    assert.deepEqual([file, added], ["ねじ/昨日の写真 1", false]);
  });

  it("refuses a picture that another class has, and says which", async () => {
    const bytes = await paint(4);
    const { file } = await store.add(VOCABULARY, "screw", bytes);
    await assert.rejects(store.add(VOCABULARY, "nail", bytes), (error: TlacError) => {
      assert.match(error.message, /ねじ.*釘/);
      return fails("examples.other-class")(error);
    });
    await store.remove(file);
    await store.add(VOCABULARY, "nail", bytes);
    await assert.rejects(store.restore(VOCABULARY, file), fails("examples.other-class"));
  });

  it("refuses a class that the vocabulary does not have, and what is no picture", async () => {
    for (const id of ["", "..", "../..", "washer", "__proto__", "Screw", "x".repeat(1e5)]) {
      await assert.rejects(store.add(VOCABULARY, id, await paint(5)), fails("examples.no-class"));
    }
    for (const bytes of [Buffer.alloc(0), Buffer.from("no picture"), Buffer.alloc(9, 0xff)]) {
      await assert.rejects(store.add(VOCABULARY, "screw", bytes), { code: "BAD_IMAGE" });
    }
    await assert.rejects(readdir(root), { code: "ENOENT" });
  });

  it("keeps classes apart whatever their ids are, inside the root", async () => {
    const ids = ["..", "a/b", "CON", "OK", "ok", "é", "e\u0301", ".hidden", "x".repeat(200), "%"];
    const vocabulary = createVocabulary(ids.map((id, at) => ({ id, label: `class ${at}` })));
    for (const [at, id] of ids.entries()) await store.add(vocabulary, id, await paint(at));
    const set = await store.read(embedder, vocabulary);
    assert.deepEqual(new Set(set.classIds), new Set(ids));
    assert.deepEqual([set.broken, set.unmatched], [[], []]);
    assert.deepEqual(await readdir(path.dirname(root)), ["examples"]);
  });

  it("removes a picture and puts it back, byte by byte", async () => {
    const { file } = await store.add(VOCABULARY, "screw", await paint(6));
    const bytes = await readFile(path.join(root, file));
    await store.remove(file);
    assert.deepEqual(await pictures("screw"), []);
    await assert.rejects(store.remove(file), fails("examples.gone"));
    await store.restore(VOCABULARY, file);
    assert.deepEqual(await readFile(path.join(root, file)), bytes);
    await assert.rejects(store.restore(VOCABULARY, file), fails("examples.gone"));
  });

  it("puts a picture back once where it has been added again", async () => {
    const { file } = await store.add(VOCABULARY, "screw", await paint(6));
    await store.remove(file);
    await store.add(VOCABULARY, "screw", await paint(6));
    await store.restore(VOCABULARY, file);
    assert.equal((await pictures("screw")).length, 1);
  });

  it("removes and shows nothing outside the root", async () => {
    const outside = await put(path.dirname(root), "secret.jpg", await paint(7));
    await put(root, ".removed/x.jpg", await paint(8));
    const names = [
      "../secret.jpg",
      "screw/../../secret.jpg",
      "..",
      "",
      "/etc/passwd",
      ".removed/x",
    ];
    for (const name of [...names, "screw", "screw/", "a/b/c", "screw/\0", ".features/x", "./x"]) {
      await assert.rejects(store.remove(name), fails("examples.gone"), name);
      await assert.rejects(store.restore(VOCABULARY, name), fails("examples.gone"), name);
      await assert.rejects(store.readFile(name), fails("examples.gone"), name);
    }
    await readFile(outside);
  });

  it("holds only so many removed pictures", async () => {
    for (let number = 0; number < 104; number++) {
      await put(root, `.removed/screw/${number}.jpg`, Buffer.from([number]));
    }
    const { file } = await store.add(VOCABULARY, "screw", await paint(1));
    await store.remove(file);
    const kept = await readdir(path.join(root, ".removed", "screw"));
    assert.equal(kept.length, 100);
    assert.ok(kept.includes(path.basename(file)));
    await store.restore(VOCABULARY, file);
  });

  describe("with more pictures than a class may have", () => {
    const few = (): ExampleStore => ExampleStore.open(root, { mostPerClass: 3 });
    const getEmbedder = () => Promise.resolve(embedder);
    const age = async (file: string, days: number): Promise<void> => {
      const then = new Date(Date.now() - days * 86_400_000);
      await utimes(path.join(root, file), then, then);
    };

    it("gives up the older one of the two that are most alike", async () => {
      const tight = few();
      const old = await tight.add(VOCABULARY, "screw", await paint(10));
      // The same picture a little brighter: nothing in the class is nearer to it.
      const twin = await sharp(await paint(10))
        .linear(1.02, 1)
        .png()
        .toBuffer();
      const young = await tight.add(VOCABULARY, "screw", twin);
      const other = await tight.add(VOCABULARY, "screw", await paint(33));
      await age(young.file, 20);
      await age(old.file, 10);
      await age(other.file, 30);
      const { file, removed } = await tight.add(VOCABULARY, "screw", await paint(25), {
        getEmbedder,
      });
      assert.equal(removed, young.file);
      assert.deepEqual(
        (await pictures("screw")).map((name) => `screw/${name}`).sort(),
        [file, old.file, other.file].sort(),
      );
      await tight.restore(VOCABULARY, young.file);
      assert.equal((await pictures("screw")).length, 4);
    });

    it("gives up the oldest of its own where no model can compare them", async () => {
      const tight = few();
      await put(root, "screw/mine.jpg", await paint(1));
      const old = await tight.add(VOCABULARY, "screw", await paint(2));
      const young = await tight.add(VOCABULARY, "screw", await paint(3));
      await age("screw/mine.jpg", 90);
      await age(old.file, 10);
      await age(young.file, 5);
      const lost = () => Promise.reject(new TlacError("EMBEDDER_UNAVAILABLE", "clip.session-lost"));
      const added = await tight.add(VOCABULARY, "screw", await paint(4), { getEmbedder: lost });
      assert.equal(added.removed, old.file);
      assert.equal((await tight.add(VOCABULARY, "screw", await paint(5))).removed, young.file);
    });

    it("does not ask for a model before that, nor counts files that are no pictures", async () => {
      const tight = few();
      const never = () => Promise.reject(new Error("asked"));
      await put(root, "screw/notes.txt", Buffer.from("about these screws"));
      for (const number of [1, 2]) {
        await tight.add(VOCABULARY, "screw", await paint(number), { getEmbedder: never });
      }
      const { removed } = await tight.add(VOCABULARY, "screw", await paint(3), { getEmbedder });
      assert.equal(removed, null);
      await readFile(path.join(root, "screw/notes.txt"));
    });

    it("never takes another class's", async () => {
      const tight = few();
      for (const number of [1, 2, 3]) {
        await tight.add(VOCABULARY, "screw", await paint(number));
        await tight.add(VOCABULARY, "nail", await paint(number + 10));
      }
      const { removed } = await tight.add(VOCABULARY, "nail", await paint(20), { getEmbedder });
      assert.match(removed ?? "", /^nail\//);
      assert.equal((await pictures("screw")).length, 3);
    });
  });

  describe("as a set", () => {
    it("gives the vectors that the model makes of each picture, by class", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      await put(root, "bolt/手で入れた写真", await paint(2, "png"));
      await put(root, "良品/c.webp", await paint(3, "webp"));
      const set = await store.read(embedder, VOCABULARY);
      assert.deepEqual(set.files, ["bolt/手で入れた写真", "screw/a.jpg", "良品/c.webp"]);
      assert.deepEqual(set.classIds, ["screw", "screw", "OK"]);
      assert.deepEqual([set.rows, set.dims, set.vectors.length], [3, 24, 72]);
      for (const [row, file] of set.files.entries()) {
        const { frames } = await readFrames(await readFile(path.join(root, file)));
        const { features } = await embedder.see(frames[0]!);
        assert.deepEqual(set.vectors.slice(row * 24, (row + 1) * 24), features);
      }
    });

    it("skips a broken picture and names it, with a sentence in both languages", async () => {
      await put(root, "screw/good.jpg", await paint(1));
      const whole = await paint(2, "png");
      await put(root, "screw/half.jpg", whole.subarray(0, whole.length / 2));
      await put(root, "screw/empty.jpg", Buffer.alloc(0));
      await put(root, "screw/notes.txt", Buffer.from("these are the screws"));
      await put(
        root,
        "screw/photo.heic",
        Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
      );
      await put(root, "screw/Thumbs.db", Buffer.from("litter"));
      await put(root, "screw/.DS_Store", Buffer.from("litter"));
      await put(root, "screw/more/deep.jpg", await paint(3));
      const { files, broken } = await store.read(embedder, VOCABULARY);
      assert.deepEqual(files, ["screw/good.jpg"]);
      assert.deepEqual(
        broken.map(({ file, reason }) => [file, reason.key]),
        [
          ["screw/empty.jpg", "frame.empty"],
          ["screw/half.jpg", "frame.damaged"],
          ["screw/notes.txt", "frame.refused-type"],
          ["screw/photo.heic", "frame.refused-type"],
        ],
      );
    });

    it("leaves folders of classes that do not exist alone, and counts them", async () => {
      await put(root, "washer/1.jpg", await paint(1));
      await put(root, "washer/2.jpg", await paint(2));
      await mkdir(path.join(root, "empty"));
      await put(root, "screw/3.jpg", await paint(3));
      const { rows, unmatched } = await store.read(embedder, VOCABULARY);
      assert.equal(rows, 1);
      assert.deepEqual(unmatched, [
        { folder: "empty", pictures: 0 },
        { folder: "washer", pictures: 2 },
      ]);
      const wider = createVocabulary([...VOCABULARY.classes, { label: "Washers" }]);
      assert.equal((await store.read(embedder, wider)).rows, 3);
    });

    it("takes no picture for two classes, and a picture that lies twice once", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      await put(root, "nail/b.jpg", await paint(1));
      await put(root, "nail/c.jpg", await paint(2));
      await put(root, "nail/d.jpg", await paint(2));
      const { files, broken } = await store.read(embedder, VOCABULARY);
      assert.deepEqual(files, ["nail/c.jpg"]);
      assert.deepEqual(
        broken.map(({ file, reason }) => [file, reason.key]),
        [
          ["nail/b.jpg", "examples.two-classes"],
          ["screw/a.jpg", "examples.two-classes"],
        ],
      );
    });

    it("does not read again what has not changed, nor what was broken", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      await put(root, "screw/b.jpg", Buffer.from("broken"));
      const first = await store.read(embedder, VOCABULARY);
      assert.equal(await store.read(embedder, VOCABULARY), first);
      await put(root, "nail/c.jpg", await paint(2));
      const second = await store.read(embedder, VOCABULARY);
      assert.notEqual(second.digest, first.digest);
      assert.deepEqual([second.rows, embedder.seen], [2, 2]);
      await rm(path.join(root, "nail"), { recursive: true });
      const third = await store.read(embedder, VOCABULARY);
      assert.equal(third.digest, first.digest);
      // The snapshot that was given out stays what it was.
      assert.deepEqual([second.rows, second.files.length], [2, 2]);
      assert.deepEqual(third.vectors, first.vectors);
    });

    it("sees a picture that was replaced under its name, and one that was renamed", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      const before = await store.read(embedder, VOCABULARY);
      await put(root, "screw/a.jpg", await paint(2));
      const after = await store.read(embedder, VOCABULARY);
      assert.notDeepEqual(after.vectors, before.vectors);
      await put(root, "nail/b.jpg", await paint(2));
      await rm(path.join(root, "screw/a.jpg"));
      const moved = await store.read(embedder, VOCABULARY);
      assert.deepEqual(moved.classIds, ["nail"]);
      assert.deepEqual(moved.vectors, after.vectors);
      assert.equal(embedder.seen, 2);
    });

    it("reads features from the cache in another process's place, for each model its own", async () => {
      const siglip = await bench.model("tiny-siglip");
      for (const number of [1, 2, 3]) {
        await put(root, `screw/${number}.jpg`, await paint(number));
      }
      const first = await store.read(embedder, VOCABULARY);
      const other = await store.read(siglip, VOCABULARY);
      assert.notEqual(other.digest, first.digest);
      assert.equal((await readdir(path.join(root, ".features"))).length, 2);
      embedder.seen = 0;
      siglip.seen = 0;
      const again = ExampleStore.open(root);
      assert.deepEqual((await again.read(embedder, VOCABULARY)).vectors, first.vectors);
      assert.deepEqual((await again.read(siglip, VOCABULARY)).vectors, other.vectors);
      assert.deepEqual([embedder.seen, siglip.seen], [0, 0]);
    });

    it("computes again what a damaged cache has lost", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      const { vectors } = await store.read(embedder, VOCABULARY);
      const cache = path.join(root, ".features", `${embedder.info.digest}.features`);
      const whole = await readFile(cache);
      const spoilt = [
        Buffer.alloc(0),
        whole.subarray(0, 30),
        whole.subarray(0, whole.length - 4),
        Buffer.concat([whole, whole]),
        whole.map((byte, at) => (at === whole.length - 2 ? byte ^ 1 : byte)),
        whole.map((byte, at) => (at === 9 ? 255 : byte)),
        Buffer.from("no cache at all, but longer than a header of one would have to be"),
      ];
      for (const [number, bytes] of spoilt.entries()) {
        await writeFile(cache, bytes);
        embedder.seen = 0;
        const set = await ExampleStore.open(root).read(embedder, VOCABULARY);
        assert.deepEqual([set.vectors, embedder.seen], [vectors, 1], `spoilt ${number}`);
        assert.deepEqual(await readFile(cache), whole);
      }
    });

    it("keeps the features of a few models only", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      for (let number = 0; number < 9; number++) {
        const name = `${String(number).repeat(16)}.features`;
        const place = await put(root, `.features/${name}`, Buffer.from("old"));
        const then = new Date(2020, number);
        await utimes(place, then, then);
      }
      await put(root, ".features/.x.features.1.tmp", Buffer.from("dead"));
      await utimes(path.join(root, ".features/.x.features.1.tmp"), new Date(0), new Date(0));
      await store.read(embedder, VOCABULARY);
      assert.deepEqual(
        (await readdir(path.join(root, ".features"))).sort(),
        [embedder.info.digest, "6".repeat(16), "7".repeat(16), "8".repeat(16)]
          .map((digest) => `${digest}.features`)
          .sort(),
      );
    });

    it("has no rows where the model has no image tower, or nobody has added anything", async () => {
      assert.equal((await store.read(embedder, VOCABULARY)).rows, 0);
      await put(root, "screw/a.jpg", await paint(1));
      await put(root, "washer/b.jpg", await paint(2));
      const blind = { ...embedder, info: { ...embedder.info, hasVision: false } };
      const set = await store.read(blind, VOCABULARY);
      assert.deepEqual([set.rows, set.vectors.length, set.unmatched.length], [0, 0, 1]);
    });

    it("ends with CLOSED as soon as nobody waits, and keeps what it has read", async () => {
      for (const number of [1, 2, 3]) {
        await put(root, `screw/${number}.jpg`, await paint(number));
      }
      const closing = new AbortController();
      const stopping = {
        ...embedder,
        see: async (...args: Parameters<typeof embedder.see>) => {
          const sight = await embedder.see(...args);
          closing.abort();
          return sight;
        },
      };
      await assert.rejects(store.read(stopping, VOCABULARY, { signal: closing.signal }), {
        code: "CLOSED",
      });
      embedder.seen = 0;
      assert.equal((await store.read(embedder, VOCABULARY)).rows, 3);
      assert.equal(embedder.seen, 2);
    });

    it("fails where the model fails, and takes the pictures the next time", async () => {
      await put(root, "screw/a.jpg", await paint(1));
      const gone = {
        ...embedder,
        see: () => Promise.reject(new TlacError("EMBEDDER_UNAVAILABLE", "clip.session-lost")),
      };
      await assert.rejects(store.read(gone, VOCABULARY), { code: "EMBEDDER_UNAVAILABLE" });
      assert.equal((await store.read(embedder, VOCABULARY)).rows, 1);
    });
  });

  describe("in a place that does not want them", () => {
    it("says that a folder cannot be written, and reads it all the same", async () => {
      await put(path.dirname(root), "examples", Buffer.from("a file where the folder should be"));
      await assert.rejects(
        store.add(VOCABULARY, "screw", await paint(1)),
        fails("examples.not-writable", "BAD_CONFIG"),
      );
      const { rows, broken } = await store.read(embedder, VOCABULARY);
      assert.deepEqual([rows, broken[0]?.reason.key], [0, "examples.folder-unreadable"]);
    });

    it("reads from a read-only folder without a cache", async function () {
      await put(root, "screw/a.jpg", await paint(1));
      const closed = [path.join(root, "screw"), root];
      const open = [path.dirname(root), path.dirname(path.dirname(root))];
      for (const folder of [...closed, ...open]) await chmod(folder, 0o555);
      const { getuid, seteuid } = process;
      if (!getuid || !seteuid) return this.skip();
      // To root no folder is read-only: for so long we are nobody.
      if (getuid() === 0) seteuid(65_534);
      try {
        assert.equal((await store.read(embedder, VOCABULARY)).rows, 1);
        const readOnly = fails("examples.not-writable", "BAD_CONFIG");
        await assert.rejects(store.add(VOCABULARY, "screw", await paint(2)), readOnly);
        await assert.rejects(store.remove("screw/a.jpg"), readOnly);
      } finally {
        if (getuid() === 0) seteuid(0);
        for (const folder of [...open.reverse(), ...closed.reverse()]) await chmod(folder, 0o755);
      }
      await assert.rejects(readdir(path.join(root, ".features")), { code: "ENOENT" });
      await store.remove("screw/a.jpg");
    });

    it("follows links to folders and pictures, and waits for no pipe", async () => {
      const elsewhere = await put(path.dirname(root), "elsewhere/a.jpg", await paint(1));
      await mkdir(path.join(root, "nail"), { recursive: true });
      await symlink(path.dirname(elsewhere), path.join(root, "screw"));
      await symlink(elsewhere, path.join(root, "nail", "b.jpg"));
      await put(path.dirname(root), "elsewhere/c.jpg", await paint(2));
      await symlink("/dev/zero", path.join(root, "nail", "endless.jpg"));
      await symlink("nowhere", path.join(root, "nail", "dangling.jpg"));
      const { files, broken } = await store.read(embedder, VOCABULARY);
      assert.deepEqual(files, ["screw/c.jpg"]);
      assert.deepEqual(
        broken.map(({ file }) => file),
        ["nail/endless.jpg", "nail/b.jpg", "screw/a.jpg"],
      );
    });
  });
});
