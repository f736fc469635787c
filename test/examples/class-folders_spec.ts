import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { matchFolders, toClassId, toFolderName } from "../../lib/examples/class-folders";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";

const PLAIN = ["screw", "m8-bolt", "ねじ", "ボルト・m8", "ok", "ng", "a b", "x.y", "割れ 大"];

const HOSTILE = [
  "",
  ".",
  "..",
  "../../etc/passwd",
  "..\\..\\windows",
  "/absolute",
  "C:\\x",
  "a/b",
  "a\0b",
  "nul",
  "CON",
  "con .txt",
  "com1.jpg",
  "lpt¹",
  "aux.",
  "ends with dot.",
  "ends with space ",
  " begins with space",
  ".hidden",
  ".features",
  "50%",
  "%0041",
  "a~b",
  "ok~0123456789ab",
  'quote"<>|?*',
  "tab\there",
  "\u202egpj.exe",
  "zero\u200bwidth",
  "\ud800 half",
  "half \udc00",
  "👷🏽‍♀️",
  "__proto__",
  "constructor",
  "x".repeat(200),
  "ネジ".repeat(100),
  "\u0301",
];

/** Equal on some file system, and yet several ids. */
const ALIKE = [
  ["OK", "Ok", "oK", "ok"],
  ["straße", "strasse", "STRASSE", "STRAẞE"],
  ["σ", "ς", "Σ"],
  ["i", "I", "ı", "İ"],
  ["é", "e\u0301", "É"],
  ["Å", "Å", "A\u030a", "å"],
  ["ガ", "カ\u3099", "カ"],
  ["神", "\ufa19"],
  ["ＡＢ", "ａｂ", "ab"],
  ["ab", "ab~", "ab%", "AB"],
  [`${"ネジ".repeat(60)}a`, `${"ネジ".repeat(60)}b`],
];

describe("folders of classes", () => {
  it("leaves plain ids as they are, so that a person finds the folder", () => {
    for (const id of PLAIN) assert.equal(toFolderName(id), id);
    assert.match(toFolderName("M8-BOLT"), /^M8-BOLT~[0-9a-f]{12}$/);
  });

  it("names a folder for any id, and tells the id by the folder", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "folders-"));
    try {
      for (const id of [...PLAIN, ...HOSTILE, ...ALIKE.flat()]) {
        const name = toFolderName(id);
        assert.equal(path.basename(name), name, JSON.stringify(id));
        assert.equal(path.win32.basename(name), name, JSON.stringify(id));
        assert.ok(Buffer.byteLength(name) <= 140 && name.length > 0, JSON.stringify(id));
        assert.doesNotMatch(name, /^\.|[. ]$|[<>:"/\\|?*\p{C}]/u, JSON.stringify(id));
        assert.doesNotMatch(name, /^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i);
        await mkdir(path.join(root, name), { recursive: true });
        const cut = Buffer.byteLength(id) > 100;
        assert.equal(toClassId(name), cut ? null : id, JSON.stringify(id));
        // As macOS tells it.
        if (!cut) assert.equal(toClassId(name.normalize("NFD")), id, JSON.stringify(id));
      }
      const made = new Set([...PLAIN, ...HOSTILE, ...ALIKE.flat()].map(toFolderName));
      assert.equal((await readdir(root)).length, made.size);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("keeps ids apart that some file systems take for one", () => {
    for (const ids of ALIKE) {
      const unique = new Set(ids);
      const names = [...unique].map(toFolderName);
      const folds = (fold: (name: string) => string): number => new Set(names.map(fold)).size;
      const wanted = unique.size;
      assert.equal(
        folds((name) => name),
        wanted,
      );
      assert.equal(
        folds((name) => name.normalize("NFD").toLowerCase()),
        wanted,
        names.join(" "),
      );
      assert.equal(
        folds((name) => name.normalize("NFC").toUpperCase()),
        wanted,
        names.join(" "),
      );
    }
  });

  it("does not take a folder that it would have named otherwise for a class's", () => {
    for (const folder of ["OK", "OK~0123456789ab", "ok~", "%00e4", "a%", "x~y~z", "CON", "x "]) {
      assert.equal(toClassId(folder), null, folder);
    }
  });

  describe("that a person made", () => {
    const vocabulary = createVocabulary([
      { id: "OK", label: "良品", aliases: ["good", "fine part"] },
      { id: "screw", label: "ねじ", aliases: ["bolt", "fastener"] },
      { id: "nail", label: "釘", aliases: ["fastener", "screw"] },
      { id: "x".repeat(200), label: "long" },
    ]);
    const match = (folder: string): string | undefined =>
      matchFolders([folder], vocabulary).classIds.get(folder);

    it("are matched by id, label or alias, in the spelling that a person uses", () => {
      assert.equal(match(toFolderName("OK")), "OK");
      assert.equal(match(toFolderName("x".repeat(200))), "x".repeat(200));
      assert.equal(match("OK"), "OK");
      assert.equal(match("ok"), "OK");
      assert.equal(match("良品"), "OK");
      assert.equal(match("Fine_Parts"), "OK");
      assert.equal(match("ネジ"), "screw");
      assert.equal(match("ﾈｼﾞ"), "screw");
      assert.equal(match("ネジ".normalize("NFD")), "screw");
      assert.equal(match("Bolts"), "screw");
    });

    it("belong to the id rather than to an alias, and to none where two classes have the alias", () => {
      assert.equal(match("screw"), "screw");
      const { classIds, unmatched } = matchFolders(["fastener", "washer", "--"], vocabulary);
      assert.equal(classIds.size, 0);
      assert.deepEqual(unmatched, ["fastener", "washer", "--"]);
    });
  });
});
