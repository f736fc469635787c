import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";

import sharp from "sharp";

import { runCli } from "../../lib/cli/run-cli";
import { DecisionRecord } from "../../lib/record/record";
import type { Result } from "../../lib/tlac/result";
import { createEmbedderBrain } from "../ollama-double/embedder-brain";
import { startOllamaDouble } from "../ollama-double/server";
import { startOpenAiDouble } from "../openai-double/server";
import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { withEnvironment } from "../helpers/with-environment";
import { decide } from "../record/decisions";

const PHOTOS = path.resolve(__dirname, "../../examples/photos");

describe("tlac on the command line", () => {
  let folder: string;
  let locale = "C";

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cli-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const texts = { out: "", err: "" };
    const stream = (name: keyof typeof texts): Writable =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          texts[name] += chunk.toString();
          done();
        },
      });
    const streams = { out: stream("out"), err: stream("err") };
    const options = ["classify", "evaluate", "calibrate"].includes(args[0] ?? "")
      ? ["--cache-dir", folder, "--offline"]
      : [];
    const code = await withEnvironment({ LC_ALL: locale }, () =>
      runCli([...args, ...options], streams, new AbortController().signal),
    );
    return { code, ...texts };
  }

  const photo = (name: string): string => path.join(PHOTOS, `${name}.jpg`);

  it("prints one line a photo: file, outcome, label, score, why", async () => {
    const { code, out, err } = await run(
      "classify",
      photo("espresso"),
      photo("rocket"),
      "--classes",
      "espresso, rocket = missile",
    );
    assert.equal(code, 0, err);
    const rows = out
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
    assert.deepEqual(
      rows.map(([, outcome, label]) => [outcome, label]),
      [
        ["class", "espresso"],
        ["class", "rocket"],
      ],
    );
    assert.ok(rows.every((row) => row.length === 5));
    assert.match(err, /2 photos: 2 class/);
  });

  it("reads Japanese classes with the starter, by the glossary's English names", async () => {
    const classes = "ねじ, 釘, ハンマー, コーヒー";
    const { code, out, err } = await run("classify", photo("espresso"), "--classes", classes);
    assert.equal(code, 0, err);
    const [, outcome, label, , why] = out.trim().split("\t");
    assert.deepEqual([outcome, label], ["class", "コーヒー"]);
    assert.match(why ?? "", /用語集: coffee/);
  });

  it("searches folders and prints JSON with the file", async () => {
    const vocabulary = path.join(PHOTOS, "classes.csv");
    const { code, out } = await run("classify", PHOTOS, "--vocabulary", vocabulary, "--json");
    assert.equal(code, 0);
    const results = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Result & { file: string });
    assert.ok(results.length >= 8);
    for (const { file, class: id, ranking } of results) {
      const name = path.basename(file, ".jpg");
      assert.equal(ranking[0]?.class, name);
      // What the recogniser itself is unsure of goes to a person.
      assert.ok(id === null || id === name);
    }
    assert.ok(results.filter(({ outcome }) => outcome === "class").length >= 6);
  });

  it("calibrates on labelled photos, and decides by what they show", async () => {
    const labelled = path.join(folder, "labelled");
    const names = ["espresso", "cat", "dog", "palace", "squirrel"];
    for (const name of names) {
      await mkdir(path.join(labelled, name), { recursive: true });
      for (const copy of ["1.jpg", "2.jpg"]) {
        await copyFile(photo(name), path.join(labelled, name, copy));
      }
    }
    const out = path.join(folder, "screws.calibration.json");
    const classes = ["--vocabulary", path.join(PHOTOS, "classes.csv")];
    const told = await run("calibrate", labelled, ...classes, "--out", out);
    assert.equal(told.code, 0, told.err);
    assert.match(told.out, /about \d+ more labelled photos prove 1 in 50/);
    assert.match(told.out, /^10 photos; written to/m);
    const judged = ["classify", photo("espresso"), ...classes, "--json"];
    const before = JSON.parse((await run(...judged)).out) as Result;
    const after = JSON.parse((await run(...judged, "--calibration", out)).out) as Result;
    assert.match(before.guarantee, /about 149 more/);
    assert.match(after.guarantee, /about 139 more/);
    assert.ok(after.confidence !== before.confidence);

    const few = await run("calibrate", path.join(labelled, "cat"), ...classes, "--out", out);
    assert.equal(few.code, 1, few.err);
    assert.equal((await run("calibrate", labelled, ...classes)).code, 2);
    const bad = await run(...judged, "--calibration", path.join(PHOTOS, "classes.csv"));
    assert.match(bad.err, /is no calibration/);
  });

  it("takes the image itself in mode clip", async () => {
    const { out } = await run(
      "classify",
      photo("giant-panda"),
      "--classes",
      "giant panda, rocket",
      "--mode",
      "clip",
      "--json",
    );
    const result = JSON.parse(out) as { class: string; mode: string; lmmCalls: unknown[] };
    assert.deepEqual([result.class, result.mode, result.lmmCalls], ["giant-panda", "clip", []]);
  });

  it("goes on after a file that is no photo, and ends with 1", async () => {
    const text = path.join(folder, "notes.jpg");
    await writeFile(text, "not a photo");
    const { code, out, err } = await run(
      "classify",
      text,
      photo("rocket"),
      "--classes",
      "rocket = missile",
      "--json",
    );
    assert.equal(code, 1);
    const [failed, judged] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal((failed?.error as { code: string }).code, "BAD_IMAGE");
    assert.equal(judged?.class, "rocket");
    assert.match(err, /BAD_IMAGE/);
  });

  it("takes every picture of a folder by its content, and names and counts the rest", async () => {
    const mixed = path.join(folder, "mixed");
    await mkdir(path.join(mixed, "deep"), { recursive: true });
    for (const name of ["a.jpg", "b.jfif", "c.jpe", "no-ending", path.join("deep", "d.bin")]) {
      await copyFile(photo("rocket"), path.join(mixed, name));
    }
    await writeFile(path.join(mixed, "notes.txt"), "one\n");
    await writeFile(path.join(mixed, "list.pdf"), "%PDF-1.7\n");
    await writeFile(path.join(mixed, "empty"), "");
    await symlink(path.join(mixed, "nowhere"), path.join(mixed, "link.png"));
    const { code, out, err } = await run(
      "classify",
      mixed,
      "--classes",
      "rocket = missile, palace",
    );
    assert.equal(code, 0, err);
    const files = out
      .trim()
      .split("\n")
      .map((line) => line.split("\t")[0] ?? "");
    assert.deepEqual(
      files.map((file) => path.relative(mixed, file)),
      ["a.jpg", "b.jfif", "c.jpe", path.join("deep", "d.bin"), "no-ending"],
    );
    assert.match(err, /Left out 4 files that are no pictures: /);
    for (const name of ["notes.txt (text)", "list.pdf (PDF)", "empty", "link.png"]) {
      assert.ok(err.includes(path.join(mixed, name)), name);
    }
  });

  it("tries what claims to be a photo, and fails with the reason", async () => {
    const claims = path.join(folder, "claims");
    await mkdir(claims);
    await writeFile(path.join(claims, "page.jpg"), "<html>Log in</html>");
    const { code, err } = await run("classify", claims, "--classes", "rocket");
    assert.equal(code, 1);
    assert.match(err, /page\.jpg: BAD_IMAGE/);
  });

  it("says what a folder without a photo holds", async () => {
    const papers = path.join(folder, "papers");
    await mkdir(papers);
    assert.match((await run("classify", papers, "--classes", "a")).err, /no photo\. It is empty/);
    await writeFile(path.join(papers, "a.txt"), "a\n");
    const { code, err } = await run("classify", papers, "--classes", "a");
    assert.equal(code, 2);
    assert.match(err, /no photo\. Left out 1 file.*a\.txt \(text\)/);
  });

  it("reads a vocabulary in the encoding that it has, and says what it left out", async () => {
    const file = path.join(folder, "classes.txt");
    const table = "\ufeffNo.\tBezeichnung\tSynonyme\r\n1\tTür\tespresso\r\n";
    await writeFile(file, Buffer.from(table, "utf16le"));
    const { out, err } = await run("classify", photo("espresso"), "--vocabulary", file, "--json");
    assert.equal((JSON.parse(out) as { label: string }).label, "Tür");
    assert.match(err, /Left out.*: No\./);
  });

  it("evaluates labelled photos, and writes the report as a page, as JSON and as CSV", async () => {
    const out = path.join(folder, "report.html");
    const list = path.join(folder, "labels.csv");
    await writeFile(
      list,
      "file,label\nespresso.jpg,espresso\nrocket.jpg,rocket\ncat.jpg,tool\nnowhere.jpg,rocket\ndog.jpg,\n",
    );
    const photos = [list, "--images", PHOTOS, "--classes", "espresso, rocket = missile"];
    const first = await run("evaluate", ...photos, "--compare", "clip,tlac", "--out", out);
    assert.equal(first.code, 0, first.err);
    assert.match(
      first.out,
      /^On 3 photos, 1 of which shows none of the classes: 100\.0 % of the others right/,
    );
    assert.match(first.out, /1 {2}picture unreadable\nclip {7}.*0\.00 LMM calls/);
    assert.match(first.err, /tlac is left out.*\n.*1 picture without a label/s);
    const json = JSON.parse(await readFile(path.join(folder, "report.json"), "utf8")) as {
      photos: { name: string; outcome: string }[];
      contenders: { name: string }[];
    };
    assert.deepEqual(
      json.photos.map(({ outcome }) => outcome),
      ["class", "class", "unknown", "failed"],
    );
    assert.deepEqual(
      json.contenders.map(({ name }) => name),
      ["clip"],
    );
    assert.match(await readFile(out, "utf8"), /data:image\/jpeg/);
    assert.equal((await readFile(path.join(folder, "report.csv"), "utf8")).split("\r\n").length, 6);
    const again = await run(
      "estimate",
      "--report",
      path.join(folder, "report.json"),
      "--cameras",
      "4",
      "--per-minute",
      "6",
    );
    assert.match(again.out, /slac\n.*clip\nNo LMM is asked/s);
  });

  it("takes the labels for classes where it is told no others", async () => {
    const photos = path.join(folder, "own-labels");
    for (const name of ["rocket", "espresso"]) {
      await mkdir(path.join(photos, name), { recursive: true });
      await copyFile(photo(name), path.join(photos, name, "a.jpg"));
    }
    const { out } = await run("evaluate", photos, "--out", path.join(folder, "own"));
    assert.match(out, /^On 2 photos: 100\.0 % right/);
  });

  it("evaluates the decisions that people confirmed, without asking an LMM", async () => {
    const userDir = path.join(folder, "user");
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    for (const name of ["cat", "dog"]) {
      const decision = decide({ outcome: "unknown", candidates: [] });
      const jpeg = await readFile(photo(name));
      await record.append(
        { ...decision, answers: [JSON.stringify({ names: [name] })] },
        { jpeg, width: 1, height: 1 },
      );
      const answer = { kind: "answer", decision: decision.result.id, who: "" } as const;
      await record.note({ ...answer, correct: name, heldOut: false });
    }
    await record.close();
    const out = ["--out", path.join(folder, "record")];
    const first = await run("evaluate", userDir, ...out, "--compare", "slac,tlac");
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^On 2 photos: .* 0\.0 % wrong/);
    assert.match(first.out, /slac {7}100\.0 % right/);
    assert.match(first.err, /tlac is left out/);
    const strangers = await run("evaluate", userDir, ...out, "--classes", "rocket, espresso");
    assert.match(strangers.out, /^On 2 photos, 2 of which show none of the classes/);
    assert.match((await run("evaluate", userDir, "--of-vocabulary", "x")).err, /parts \(2\)/);
  });

  it("says what is wrong with an evaluation", async () => {
    for (const [args, pattern] of [
      [[], /Expected one folder or list/],
      [[PHOTOS, "--subset", "half"], /--subset should be one of all, base, new/],
      [[PHOTOS, "--compare", "fast"], /--compare takes clip, slac/],
      [[PHOTOS, "--json"], /--json/],
    ] as const) {
      const { code, err } = await run("evaluate", ...args);
      assert.equal(code, 2, err);
      assert.match(err, pattern);
    }
    assert.match((await run("evaluate", PHOTOS)).err, /holds no labelled picture/);
    assert.match((await run("evaluate", "--help")).out, /Usage: tlac evaluate/);
  });

  it("estimates what cameras need before a server is bought", async () => {
    const plant = ["estimate", "--cameras", "8", "--per-minute", "6", "--unchanged", "75"];
    const { code, out } = await run(
      ...plant,
      "--seconds",
      "2,5",
      "--watts",
      "300",
      "--price",
      "0.3",
    );
    assert.equal(code, 0);
    assert.match(out, /12 pictures a minute to judge/);
    assert.match(out, /1 server\(s\) 50 % busy/);
    assert.match(out, /kWh a year.*\n.* a year, at 0\.3 a kWh/);
    const json = JSON.parse((await run(...plant, "--seconds", "20", "--json")).out) as {
      plans: { serversNeeded: number; overtaken: number }[];
    };
    // Four servers' worth of work; fewer than seven let more than 5 in 100 wait over 10 s.
    assert.deepEqual([json.plans[0]?.serversNeeded, json.plans[0]?.overtaken], [7, 0.75]);
    for (const [args, pattern] of [
      [[], /Expected --seconds/],
      [["--seconds", "fast"], /--seconds should be a number from 0 to 3600, but is “fast”/],
      [["--report", "nowhere.json"], /nowhere\.json cannot be read/],
      [["--seconds", "1", "--colour", "red"], /--colour/],
    ] as const) {
      const failed = await run(...plant, ...args);
      assert.equal(failed.code, 2);
      assert.match(failed.err, pattern);
    }
    assert.match((await run("estimate", "--help")).out, /Usage: tlac estimate/);
  });

  describe("as a process", () => {
    /** With far more photos than it comes to before it is stopped. */
    const start = () => {
      const bin = path.resolve(__dirname, "../../bin/tlac.ts");
      const places = Array.from({ length: 500 }, () => photo("espresso"));
      const options = ["--classes", "espresso, rocket", "--cache-dir", folder, "--offline"];
      const child = spawn(
        process.execPath,
        ["--import", "tsx", bin, "classify", ...places, ...options],
        { env: { ...process.env, LC_ALL: "C" }, stdio: ["ignore", "pipe", "pipe"] },
      );
      let err = "";
      child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
      // How far it was is no complaint.
      return { child, readErr: () => err.replaceAll(/^\d+ of 500 .*\n/gm, "") };
    };

    let started: Record<"pipe" | "SIGINT" | "SIGTERM", ReturnType<typeof start>>;
    // Side by side: most of their time goes into starting.
    before(async function () {
      this.timeout(60_000);
      started = { pipe: start(), SIGINT: start(), SIGTERM: start() };
      const processes = Object.values(started);
      await Promise.all(processes.map(({ child }) => once(child.stdout, "readable")));
    });

    it("ends quietly where the reader has enough", async () => {
      const { child, readErr } = started.pipe;
      child.stdout.destroy();
      const [code] = (await once(child, "close")) as [number | null];
      assert.deepEqual([code, readErr()], [0, ""]);
    });

    for (const [signal, expected] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      it(`ends with ${String(expected)} and one sentence after ${signal}`, async () => {
        const { child, readErr } = started[signal];
        child.stdout.resume();
        child.kill(signal);
        const [code] = (await once(child, "close")) as [number | null];
        assert.deepEqual(
          [code, readErr()],
          [expected, "tlac: Stopped before every photo was judged.\n"],
        );
      });
    }
  });

  it("asks a server that speaks OpenAI's API, and keeps the answers of an evaluation", async () => {
    const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir: folder });
    const brain = createEmbedderBrain(await lease.value);
    const double = await startOpenAiDouble({ apiKey: "secret", brain });
    const server = ["--lmm", double.url, "--model-lmm", "llava", "--engine", "openai"];
    const classes = ["--classes", "espresso, rocket", "--mode", "slac"];
    try {
      await withEnvironment({ TLAC_LMM_KEY: "secret" }, async () => {
        const judged = await run("classify", photo("espresso"), ...classes, ...server, "--json");
        assert.equal(judged.code, 0, judged.err);
        const { models } = JSON.parse(judged.out) as Result;
        assert.equal(models.lmm?.name, "llava");
        const photos = path.join(folder, "openai");
        await mkdir(path.join(photos, "espresso"), { recursive: true });
        await copyFile(photo("espresso"), path.join(photos, "espresso", "1.jpg"));
        const evaluated = [
          "evaluate",
          photos,
          ...classes,
          ...server,
          "--out",
          path.join(folder, "o"),
        ];
        const first = await run(...evaluated);
        assert.match(first.out, /^On 1 photo: 100\.0 % right/, first.err);
        const asked = double.journal.entries.length;
        assert.match((await run(...evaluated)).out, /^On 1 photo/);
        const more = double.journal.entries.slice(asked).map(({ path: place }) => place);
        assert.ok(!more.some((place) => place.includes("chat")), more.join(", "));
      });
      const keyless = await run("classify", photo("espresso"), ...classes, ...server);
      assert.equal(keyless.code, 1);
      const bad = await run(
        "classify",
        photo("cat"),
        ...classes,
        ...server.slice(0, 4),
        "--engine",
        "x",
      );
      assert.deepEqual([bad.code, bad.err.includes("one of ollama, openai")], [2, true]);
      assert.equal((await run("classify", photo("cat"), ...classes, "--engine", "openai")).code, 2);
    } finally {
      await double.close();
      await lease.release();
    }
  });

  it("asks an Ollama server", async () => {
    const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir: folder });
    const double = await startOllamaDouble({
      brain: createEmbedderBrain(await lease.value),
      models: [{ name: "llava:7b" }],
    });
    try {
      for (const mode of ["slac", "tlac", "cascade"]) {
        const { code, out, err } = await run(
          "classify",
          photo("espresso"),
          "--classes",
          "espresso, rocket",
          "--lmm",
          double.url,
          "--model-lmm",
          "llava:7b",
          "--mode",
          mode,
          "--ask-always",
          "--json",
        );
        assert.equal(code, 0, err);
        const result = JSON.parse(out) as { class: string; models: { lmm: { name: string } } };
        assert.deepEqual([result.class, result.models.lmm.name], ["espresso", "llava:7b"]);
      }
      const missing = await run(
        "classify",
        photo("espresso"),
        "--classes",
        "x",
        "--lmm",
        double.url,
        "--model-lmm",
        "nope",
      );
      assert.equal(missing.code, 1);
      assert.match(missing.err, /LMM_MODEL_MISSING.*nope/);
    } finally {
      await double.close();
      await lease.release();
    }
  });

  it("takes confirmed photos, names those that do not count, and leaves their folder alone", async () => {
    const examples = path.join(folder, "confirmed");
    for (const [name, file] of [
      ["Rocket", photo("rocket")],
      ["珈琲", photo("espresso")],
      ["washer", photo("dog")],
    ] as const) {
      await mkdir(path.join(examples, name), { recursive: true });
      await copyFile(file, path.join(examples, name, "1.jpg"));
    }
    await writeFile(path.join(examples, "Rocket", "2.jpg"), "no photo");
    const before = await readdir(examples, { recursive: true });
    const args = ["classify", photo("espresso"), "--classes", "espresso = 珈琲, rocket", "--json"];
    const { code, out, err } = await run(...args, "--examples", examples);
    assert.equal(code, 0, err);
    assert.equal((JSON.parse(out) as { class: string }).class, "espresso");
    assert.match(err, /washer.*1 file\)/);
    assert.match(err, /Rocket\/2\.jpg does not count/);
    assert.deepEqual(await readdir(examples, { recursive: true }), before);
    const cached = await readdir(path.join(folder, "examples"), { recursive: true });
    assert.equal(cached.filter((file) => file.endsWith(".features")).length, 1);
    const useless = await run(...args.slice(0, 2), "--classes", "bolt", "--examples", examples);
    assert.equal(useless.code, 2);
    assert.match(useless.err, /confirmed holds none/);
  });

  it("proposes changes with their figures, and makes those that are wanted in new files", async () => {
    const labelled = path.join(folder, "proposals");
    const picture = sharp(await readFile(photo("rocket")));
    const more = sharp(await readFile(photo("cat")));
    for (const [label, image] of [
      ["launcher", picture],
      ["mouser", more],
    ] as const) {
      await mkdir(path.join(labelled, label), { recursive: true });
      for (let at = 0; at < 7; at++) {
        // Data sets are full of links.
        const file = path.join(folder, `${label}-${String(at)}.jpg`);
        await symlink(file, path.join(labelled, label, `${String(at)}.jpg`));
        await image
          .clone()
          .rotate(at - 3)
          .modulate({ brightness: 1 + at / 40 })
          .toFile(file);
      }
    }
    const report = path.join(folder, "proposed");
    const evaluated = ["evaluate", labelled, "--out", report];
    const first = await run(...evaluated);
    assert.equal(first.code, 0, first.err);
    assert.match(
      first.out,
      /What to change:\n {2}1 {2}.*Right \d+ → 1[0-4], wrong 0 → 0, to a person \d+ → \d+ \(sure\)/,
    );
    const { proposals } = JSON.parse(await readFile(`${report}.json`, "utf8")) as {
      proposals: { change: { kind: string; name?: string } }[];
    };
    const alias = proposals.findIndex(({ change }) => change.kind === "alias");
    const examples = proposals.findIndex(({ change }) => change.kind === "examples");
    assert.match(await readFile(`${report}.html`, "utf8"), /class="proposals"/);

    const written = path.join(folder, "new.csv");
    const shown = path.join(folder, "new-examples");
    const numbers = `${String(alias + 1)},${String(examples + 1)}`;
    const targets = ["--write-vocabulary", written, "--write-examples", shown];
    const applied = await run(...evaluated, "--apply", numbers, ...targets);
    assert.equal(applied.code, 0, applied.err);
    assert.match(applied.err, /changed vocabulary is in .*new\.csv[^]*pictures were added to/);
    const name = proposals[alias]?.change.name ?? "?";
    assert.ok((await readFile(written, "utf8")).includes(name));
    assert.ok((await readdir(path.join(shown, "mouser"))).length > 0);
    // What was promised comes true.
    const better = ["--vocabulary", written, "--examples", shown];
    assert.match((await run(...evaluated, ...better)).out, /^On 14 photos: (?:9\d|100)/);

    const again = await run(...evaluated, "--apply", "all", "--write-vocabulary", written);
    assert.deepEqual([again.code, again.err.includes("exists already")], [2, true]);
    for (const args of [
      ["--apply", "1"],
      ["--write-vocabulary", path.join(folder, "x.csv")],
      ["--apply", "first", "--write-examples", shown],
      ["--apply", "99", "--write-examples", shown],
    ]) {
      assert.equal((await run(...evaluated, ...args)).code, 2, args.join(" "));
    }
  });

  const wrong: readonly (readonly [string, string[], RegExp])[] = [
    ["another command", ["train"], /“train”/],
    ["no photo", ["classify", "--classes", "a"], /at least one photo/],
    ["no classes", ["classify", "x.jpg"], /--classes/],
    ["two vocabularies", ["classify", "x.jpg", "--classes", "a", "--vocabulary", "b"], /not both/],
    [
      "an unknown mode",
      ["classify", "x.jpg", "--classes", "a", "--mode", "best"],
      /clip, slac, tlac, cascade/,
    ],
    [
      "a threshold in words",
      ["classify", "x.jpg", "--classes", "a", "--threshold", "high"],
      /“high”/,
    ],
    ["a missing file", ["classify", "missing.jpg", "--classes", "a"], /missing\.jpg/],
    [
      "a server without a model",
      ["classify", "x.jpg", "--classes", "a", "--lmm", "localhost"],
      /--model-lmm/,
    ],
    [
      "a folder of examples that is not there",
      ["classify", photo("dog"), "--classes", "dog", "--examples", "missing-folder"],
      /missing-folder/,
    ],
    [
      "a file in place of a folder of examples",
      ["classify", photo("dog"), "--classes", "dog", "--examples", photo("dog")],
      /dog\.jpg holds none/,
    ],
    ["an unknown option", ["classify", "x.jpg", "--class", "a"], /--class/],
  ];
  for (const [what, args, reason] of wrong) {
    it(`ends with 2 and a sentence for ${what}`, async () => {
      const { code, out, err } = await run(...args);
      assert.equal(code, 2);
      assert.equal(out, "");
      assert.match(err, reason);
    });
  }

  it("helps in the language of the terminal", async () => {
    assert.match((await run("--help")).out, /^Usage: tlac classify/);
    locale = "ja_JP.UTF-8";
    assert.match((await run("--help")).out, /^使い方/);
  });
});
