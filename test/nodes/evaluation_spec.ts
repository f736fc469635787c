import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { DecisionRecord } from "../../lib/record/record";
import type {
  EvaluationProgress,
  EvaluationResult,
} from "../../nodes/admin/evaluation/evaluation-job";
import type { JobView } from "../../nodes/admin/jobs";
import tlac from "../../nodes/tlac";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";
import { createSeeingBrain } from "../helpers/seeing-brain";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { startAdmin, type AdminServer } from "./admin-server";
import { decide } from "../record/decisions";

const PHOTOS = path.join(__dirname, "../../examples/photos");
const PLACE = "tlac/evaluation";

describe("evaluation before the deploy", function () {
  this.timeout(60_000);
  let admin: AdminServer;
  let double: OllamaDouble;
  let place: string;
  let photos: string;

  before(async () => {
    admin = await startAdmin(tlac, []);
    double = await startOllamaDouble({
      brain: createSeeingBrain(),
      models: [{ name: "llava:7b" }],
    });
    place = await mkdtemp(path.join(tmpdir(), "tlac-evaluation-"));
    photos = path.join(place, "photos");
    for (const [folder, name] of [
      ["coffee", "espresso"],
      ["rocket", "rocket"],
      ["washer", "palace"],
    ] as const) {
      await mkdir(path.join(photos, folder), { recursive: true });
      await copyFile(path.join(PHOTOS, `${name}.jpg`), path.join(photos, folder, `${name}.jpg`));
    }
  });
  after(async () => {
    await admin.close();
    await double.close();
    await removeFolder(place);
  });

  const ask = (more: object = {}, settings: object = {}) => ({
    settings: { ...dragNode("tlac"), readFiles: true, folders: place, ...settings },
    classes: "espresso = coffee\nrocket",
    template: "",
    server: null,
    model: null,
    folder: photos,
    ...more,
  });
  const start = async (body: object, language = "en-US"): Promise<JobView> => {
    const { status, body: answer } = await admin.post(`${PLACE}?lang=${language}`, body);
    assert.equal(status, 200, JSON.stringify(answer));
    return admin.follow(PLACE, answer.job);
  };
  const evaluate = async (body: object, language?: string): Promise<EvaluationResult> => {
    const { state, progress, error } = await start(body, language);
    assert.equal(state, "done", error?.message);
    const { result } = progress as EvaluationProgress;
    assert.ok(result);
    return result;
  };
  const refuse = async (body: object): Promise<string> => {
    const { state, error } = await start(body);
    assert.equal(state, "failed");
    return error?.message ?? "";
  };
  const read = async (report: string, form: string) =>
    admin.get(`${PLACE}/reports/${report}?form=${form}`);

  it("tells in a sentence how good the dialog's settings are, and what fails", async () => {
    const { verdict, shares, facts, blames, notes, report } = await evaluate(ask());
    assert.match(verdict, /^On 3 photos, 1 of which shows none of the classes: 100\.0 %/);
    assert.deepEqual(
      shares.map(({ grade, count }) => [grade, count]),
      [
        ["right", 2],
        ["wrong", 0],
        ["person", 1],
      ],
    );
    assert.deepEqual(blames, []);
    assert.ok(facts.some(({ name, value }) => name === "mode" && value === "slac"));
    assert.match(notes.join(), /1 photo is of none of the classes: washer/);
    const page = String((await read(report, "html")).body.text);
    assert.match(page, /Content-Security-Policy/);
    assert.match(page, /data:image\/jpeg/);
    assert.match(String((await read(report, "csv")).body.text), /coffee\/espresso\.jpg,coffee/);
    assert.ok(page.includes(photos));
  });

  it("answers in the language of whoever asks, and blames a step", async () => {
    const { verdict, blames } = await evaluate(
      ask({ classes: "palace = coffee\nrocket = washer\nespresso" }),
      "ja",
    );
    assert.match(verdict, /^写真 3 枚/);
    assert.ok(blames.length > 0);
    assert.ok(blames.every(({ name, advice }) => /[ぁ-ん]/.test(name + advice)));
  });

  it("asks the dialog's server each question once, whatever is changed then", async () => {
    const server = { ...dragNode("lmm-server"), host: double.url };
    const first = await evaluate(ask({ server }, { mode: "slac", domain: "general" }));
    assert.ok(first.facts.some(({ value }) => value.startsWith("llava:7b (")));
    const asked = double.journal.of("/api/chat").length;
    assert.ok(asked >= 3);
    await evaluate(
      ask({ server, classes: "espresso = coffee\nhammer\nrocket" }, { mode: "slac", accept: "20" }),
    );
    assert.equal(double.journal.of("/api/chat").length, asked);
    await double.close();
    const { notes } = await evaluate(ask({ server }, { mode: "slac" }));
    assert.match(notes.join(), /stored answers for llava:7b are used/);
  });

  it("judges the part of the photos that the dialog says, and by its sentence", async () => {
    const half = { roiLeft: "0", roiTop: "0", roiWidth: "10", roiHeight: "10" };
    /** How sure it is of each photo. */
    const confidences = async (settings: object, more: object = {}): Promise<string[]> => {
      const { report } = await evaluate(ask(more, { ...settings, mode: "clip" }));
      const [head = "", ...lines] = String((await read(report, "csv")).body.text).split("\r\n");
      const column = head.split(",").indexOf("confidence");
      return lines.filter(Boolean).map((line) => line.split(",")[column] ?? "");
    };
    const whole = await confidences({});
    assert.equal(whole.length, 3);
    assert.deepEqual(await confidences({}), whole);
    assert.notDeepEqual(await confidences(half), whole);
    const template = "{name}, seen from far away by night";
    assert.notDeepEqual(await confidences({}, { template }), whole);
  });

  it("reads only what lies in the folders that the node allows", async () => {
    assert.match(await refuse(ask({}, { readFiles: false })), /Allowed folders/);
    assert.match(await refuse(ask({ folder: tmpdir() })), /lies outside of the allowed folders/);
    assert.match(await refuse(ask({ folder: "../.." })), /lies outside/);
    assert.match(await refuse(ask({ folder: path.join(place, "nowhere") })), /There is no/);
    const linked = path.join(place, "linked");
    await mkdir(path.join(linked, "rocket"), { recursive: true });
    await symlink(path.join(PHOTOS, "rocket.jpg"), path.join(linked, "rocket", "1.jpg"));
    assert.match(await refuse(ask({ folder: linked })), /rocket\/1\.jpg lies outside/);
    const { verdict } = await evaluate(ask({}, { folders: photos }));
    assert.match(verdict, /^On 3 photos/, "the allowed folder itself");
  });

  it("takes as many photos of the server as it does of another computer", async () => {
    const list = path.join(place, "list.csv");
    await writeFile(list, "photos/rocket/rocket.jpg,rocket\n".repeat(20_001));
    assert.match(await refuse(ask({ folder: list })), /20001 labelled photos, more than the 20000/);
  });

  it("judges what people confirmed, with what the LMM said then", async () => {
    const confirmed = { folder: undefined, confirmed: true, name: "Confirmed", vocabulary: "own" };
    assert.match(await refuse(ask(confirmed)), /no decision with its picture/);
    const record = DecisionRecord.open(path.join(admin.userDir, "tlac", "record"));
    for (const [name, vocabulary] of [
      ["espresso", "own"],
      ["rocket", "own"],
      ["cat", "another"],
    ] as const) {
      const jpeg = await readFile(path.join(PHOTOS, `${name}.jpg`));
      const decision = decide({ outcome: "unknown", candidates: [], vocabulary });
      const said = { answers: [JSON.stringify({ names: [name] })], questions: [""] };
      await record.append({ ...decision, ...said }, { jpeg, width: 1, height: 1 });
      const answer = { kind: "answer", decision: decision.result.id, correct: name } as const;
      await record.note({ ...answer, who: "", heldOut: false });
    }
    await record.close();
    // The server is never asked, and the kept picture is the part that was judged.
    const away = { server: { kind: "ollama", host: "http://127.0.0.1:9", model: "llava" } };
    const { verdict, facts } = await evaluate(
      ask({ ...confirmed, ...away }, { roiLeft: "90", roiWidth: "5" }),
    );
    assert.match(verdict, /^On 2 photos: .* 0\.0 % wrong/);
    assert.ok(facts.some(({ name, value }) => name === "mode" && value === "cascade"));
  });

  it("says what is wrong with the settings, the photos and the question", async () => {
    const failed = await admin.post(PLACE, ask({}, { margin: "9" }));
    assert.equal(failed.status, 400);
    const nothing = await admin.post(PLACE, ask({ folder: " " }));
    assert.match(String(nothing.body.message), /Expected photos or a folder/);
    const empty = path.join(place, "empty");
    await mkdir(empty);
    assert.match(await refuse(ask({ folder: empty })), /holds no labelled picture/);
    assert.match(await refuse(ask({}, { mode: "tlac" })), /tlac/);
    for (const id of ["nowhere", "../../settings", "a".repeat(36)]) {
      assert.equal((await read(encodeURIComponent(id), "html")).status, 404);
    }
  });

  describe("of photos from another computer", () => {
    const begin = async (files: unknown, bytes: number) =>
      admin.post(`${PLACE}/uploads`, { files, bytes });
    const send = async (upload: unknown, name: string, content: Buffer) => {
      const query = `name=${encodeURIComponent(name)}`;
      const url = `${admin.url}/tlac/${PLACE}/uploads/${String(upload)}/photo?${query}`;
      const headers = { "content-type": "application/octet-stream" };
      return fetch(url, { method: "POST", headers, body: new Uint8Array(content) });
    };
    const folder = (): string => path.join(admin.userDir, "tlac", "evaluation", "uploads");
    const rocket = readFileSync(path.join(PHOTOS, "rocket.jpg"));

    it("takes them one by one, judges them, and removes them when the dialog closes", async () => {
      const { upload } = (await begin(2, 2 * rocket.length)).body;
      assert.equal((await send(upload, "ROCKET/IMG 1.JPG", rocket)).status, 200);
      assert.equal((await send(upload, "犬/1.jpg", rocket)).status, 200);
      assert.deepEqual((await readdir(path.join(folder(), String(upload)))).sort(), [
        "ROCKET",
        "犬",
      ]);
      const body = ask({ upload, name: "Photos of line 3", folder: undefined });
      const { verdict, notes, report } = await evaluate(body);
      assert.match(verdict, /^On 2 photos, 1 of which/);
      assert.match(notes.join(), /: 犬\./);
      assert.match(String((await read(report, "html")).body.text), /Photos of line 3/);
      assert.match((await evaluate(body)).verdict, /^On 2 photos/, "a second time");
      await admin.post(`${PLACE}/uploads/${String(upload)}/drop`, {});
      assert.deepEqual(await readdir(folder()), []);
      assert.equal((await start(body)).error?.code, "NOT_FOUND");
    });

    it("takes nothing among them for a list, which may name files elsewhere", async () => {
      const { upload } = (await begin(2, 2 * rocket.length)).body;
      await send(upload, "rocket/1.jpg", rocket);
      const list = { test: [["/etc/hostname", 0, "rocket"]] };
      await send(upload, "split_zhou_x.json", Buffer.from(JSON.stringify(list)));
      const { verdict, report } = await evaluate(ask({ upload, folder: undefined }));
      assert.match(verdict, /^On 1 photo/);
      assert.doesNotMatch(String((await read(report, "csv")).body.text), /hostname/);
      await admin.post(`${PLACE}/uploads/${String(upload)}/drop`, {});
    });

    it("keeps them where they belong, and refuses what is too much", async () => {
      const { upload } = (await begin(1, 10)).body;
      for (const name of ["", "/", "a/b/c/d/e/f/g/h/1.jpg", "x".repeat(2_000)]) {
        assert.equal((await send(upload, name, rocket)).status, 400, `“${name}”`);
      }
      await send(upload, "../../../rocket/1.jpg", rocket);
      await send(upload, "..\\1.jpg", rocket);
      const entries = await readdir(folder(), { recursive: true });
      assert.ok(entries.every((entry) => entry.startsWith(String(upload))));
      assert.ok(!(await readdir(path.join(folder(), ".."))).includes("rocket"));
      assert.equal((await send("nowhere", "a/1.jpg", rocket)).status, 404);
      for (const [files, bytes] of [
        [1e6, 10],
        [1, 1e13],
        ["many", 1],
      ] as const) {
        const { status, body } = await begin(files, bytes);
        assert.equal(status, 400);
        assert.match(String(body.message), /more than can be sent at once/);
      }
      const form = await fetch(
        `${admin.url}/tlac/${PLACE}/uploads/${String(upload)}/photo?name=a`,
        {
          method: "POST",
          headers: { "content-type": "text/plain" },
          body: "x",
        },
      );
      assert.equal(form.status, 415, "no foreign page can send it");
    });
  });

  it("is one at a time, can be stopped, and goes on where it was", async () => {
    const many = path.join(place, "many");
    await mkdir(path.join(many, "rocket"), { recursive: true });
    for (let at = 0; at < 16; at += 1) {
      const bytes = readFileSync(path.join(PHOTOS, "rocket.jpg"));
      // Behind the picture's end, so that each has a content of its own.
      await writeFile(
        path.join(many, "rocket", `${at}.jpg`),
        Buffer.concat([bytes, Buffer.from([at])]),
      );
    }
    const { job } = (await admin.post(PLACE, ask({ folder: many }))).body;
    const busy = await admin.post(PLACE, ask());
    assert.deepEqual([busy.status, busy.body.code], [429, "TOO_MANY"]);
    await admin.follow(PLACE, job, ({ progress }) => {
      const { done } = (progress ?? {}) as Partial<EvaluationProgress>;
      return (done ?? 0) > 2;
    });
    await admin.post(`${PLACE}/jobs/${String(job)}/cancel`, {});
    assert.equal((await admin.follow(PLACE, job)).state, "cancelled");
    assert.match((await evaluate(ask({ folder: many }))).verdict, /^On 16 photos: 100/);
  });
});
