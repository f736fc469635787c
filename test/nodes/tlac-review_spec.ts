import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import express from "express";
import type { NodeInitializer, NodeMessageInFlow } from "node-red";

import { DecisionRecord } from "../../lib/record/record";
import type { Answered } from "../../nodes/runtime/record/give-answer";
import type { GivenAnswer, NextItems } from "../../nodes/runtime/review/review-queue";
import type { ShownQuality } from "../../nodes/runtime/review/review-site";
import tlacReview from "../../nodes/tlac-review";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type CaughtMessage, type Flow, type FlowNode } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";
import { decide, picture, type Wanted } from "../record/decisions";

const RANKING = ["screw", "nail", "washer", "nut"];

describe("tlac-review", function () {
  this.timeout(20_000);
  let userDir: string;
  let server: Server;
  let app: express.Express;
  let base: string;
  const flows: Flow[] = [];

  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tlac-review-"));
    app = express();
    server = createServer((request, response) => void app(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const flow of flows.splice(0)) await flow.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await removeFolder(userDir);
  });

  /** The test helper serves no flows: the types see a web server of this spec. */
  const withPages =
    (type: NodeInitializer): NodeInitializer =>
    (api) =>
      type(Object.assign(api, { httpNode: app }));

  async function start(fields: object = {}, more: FlowNode[] = [], settings = {}): Promise<Flow> {
    const node = { ...dragNode("tlac-review", "n"), ...fields };
    const flow = await startFlow([withPages(tlacReview), tlacVocabulary], node, more, {
      userDir,
      ...settings,
    });
    flows.push(flow);
    await flow.statusWith("0 ");
    return flow;
  }
  const message = async (
    wanted: Wanted = {},
  ): Promise<Record<string, unknown> & { id: string }> => {
    const { result } = decide({ outcome: "unknown", ranking: RANKING, ...wanted });
    const { jpeg } = await picture();
    return { id: result.id, payload: result, image: jpeg, topic: "line 1" };
  };
  const keep = async (flow: Flow, wanted: Wanted = {}, more: object = {}): Promise<string> => {
    const { id, ...rest } = await message(wanted);
    flow.send("n", { ...rest, ...more });
    await waitFor(async () => (await next()).items.some((item) => item.id === id));
    return id;
  };
  const get = (place: string, headers: HeadersInit = {}): Promise<Response> =>
    fetch(base + place, { headers, redirect: "manual" });
  const ask = async <T>(what: string, body: object, headers: object = {}): Promise<T> => {
    const response = await post(what, body, headers);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as T;
  };
  const post = (what: string, body: object, headers: object = {}): Promise<Response> =>
    fetch(`${base}/tlac/review/api/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const next = (shown: string[] = []): Promise<NextItems> => ask("next", { shown, most: 24 });
  const payloadOf = ({ payload }: NodeMessageInFlow): Answered => payload as Answered;

  it("shows what waits, sends the answer on, and takes it back", async () => {
    const flow = await start();
    const id = await keep(flow, { camera: "x", candidates: ["metal ring"] }, { part: 17 });
    const { count, items } = await next();
    assert.equal(count, 1);
    assert.deepEqual(
      [items[0]!.id, items[0]!.camera, items[0]!.decided, items[0]!.choices],
      [id, "line 1", null, RANKING.slice(0, 3).map((name) => ({ class: name, label: name }))],
    );
    assert.equal((await flow.statusWith("1 ")).fill, "blue");
    const shown = await get(`/tlac/review/api/picture/${id}`);
    assert.equal(shown.headers.get("content-type"), "image/jpeg");
    assert.deepEqual((await next([id])).items, []);
    await ask("answer", { id, correct: "nail", who: "Ito" });
    const answer = await flow.next("door1");
    assert.deepEqual(
      [payloadOf(answer).id, payloadOf(answer).correct, payloadOf(answer).label],
      [id, "nail", "nail"],
    );
    assert.deepEqual(
      [payloadOf(answer).who, answer.topic, (answer as { part?: number }).part],
      ["Ito", "line 1", 17],
    );
    assert.ok(Buffer.isBuffer((answer as { image?: unknown }).image));
    assert.equal((await next()).count, 0);
    const [last] = await ask<GivenAnswer[]>("answers", {});
    assert.deepEqual([last?.id, last?.label, last?.who], [id, "nail", "Ito"]);
    await ask("answer", { id, undo: true, who: "Ito" });
    const undone = payloadOf(await flow.next("door1"));
    assert.deepEqual([undone.undone, undone.label], [true, null]);
    assert.equal((await next()).count, 1);
    assert.deepEqual(await ask("answers", {}), []);
  });

  it("teaches the vocabulary that the decision was made with", async () => {
    const words = { ...dragNode("tlac-vocabulary", "parts"), classes: "screw\nnail = 釘" };
    const flow = await start({}, [words]);
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    const decision = decide({ outcome: "unknown", candidates: ["steel pin"] });
    await record.append(decision, await picture());
    await record.close();
    flow.send("n", { payload: decision.result });
    const { id } = decision.result;
    await waitFor(async () => (await next()).count === 1);
    assert.deepEqual(await ask("search", { id, text: "ク" }), []);
    const [found] = await ask<{ class: string }[]>("search", { id, text: "釘" });
    assert.equal(found?.class, "nail");
    const { explanation } = await ask<{ explanation: string }>(
      "answer",
      { id, correct: "nail", who: "" },
      { "accept-language": "ja" },
    );
    assert.match(explanation, /今後 nail の見本として使います。「steel pin」を/);
    const answer = payloadOf(await flow.next("door1"));
    assert.deepEqual(
      answer.learned.map(({ kind }) => kind),
      ["example", "alias"],
    );
    assert.match(answer.explanation, /is an example of nail/);
  });

  it("keeps what waits over a redeploy", async () => {
    const flow = await start();
    const id = await keep(flow, {}, { part: { number: 4 } });
    await flow.close();
    assert.equal((await get("/tlac/review/")).status, 404);
    flows.length = 0;
    const again = await startFlow([withPages(tlacReview)], dragNode("tlac-review", "n"), [], {
      userDir,
    });
    flows.push(again);
    await again.statusWith("1 ");
    await ask("answer", { id, correct: null, who: "" });
    const answer = await again.next("door1");
    assert.deepEqual((answer as { part?: unknown }).part, { number: 4 });
    assert.equal(payloadOf(answer).correct, null);
  });

  it("lets the first answer stand and tells the second person", async () => {
    const flow = await start();
    const id = await keep(flow);
    await ask("answer", { id, correct: "nail", who: "Ito" });
    const { by } = await ask<{ by: GivenAnswer }>("answer", { id, correct: "nut", who: "Sato" });
    assert.deepEqual([by.label, by.who], ["nail", "Ito"]);
    const { gone } = await next([id]);
    assert.deepEqual(
      gone.map((one) => [one.id, one.label]),
      [[id, "nail"]],
    );
    await flow.next("door1");
    assert.equal(flow.waitingAt("door1"), 0);
    // Also where both press at the same moment.
    const other = await keep(flow);
    const both = await Promise.all(
      ["nail", "nut", "screw"].map((correct) =>
        ask<{ by?: GivenAnswer }>("answer", { id: other, correct, who: correct }),
      ),
    );
    const { correct } = payloadOf(await flow.next("door1"));
    assert.deepEqual(
      both.flatMap(({ by }) => by?.label ?? []),
      [correct, correct],
    );
    assert.equal(flow.waitingAt("door1"), 0);
  });

  it("shows as many of the sure decisions as wanted", async () => {
    for (const [sample, count] of [
      ["0", 0],
      ["100", 1],
    ] as const) {
      const flow = await start({ sample });
      const { id: own, ...sure } = await message({ outcome: "class" });
      flow.send("n", sure);
      const unsure = await keep(flow);
      assert.equal((await next()).count, count + 1);
      for (const { id } of (await next()).items) await ask("answer", { id, correct: null });
      assert.notEqual(unsure, own);
      await flow.close();
    }
  });

  it("shows a scene that has not changed only once", async () => {
    const flow = await start({ sample: "100" });
    const first = await keep(flow);
    for (const outcome of ["unknown", "class"] as const) {
      const { payload, ...rest } = await message({ outcome });
      const cached = { frame: true, reconcile: false };
      flow.send("n", { ...rest, payload: { ...(payload as object), cached } });
    }
    const other = await keep(flow);
    const { items } = await next();
    assert.deepEqual(
      items.map(({ id }) => id),
      [first, other],
    );
    for (const id of [first, other]) await ask("answer", { id, correct: null });
  });

  it("shows how good the decisions are, and turns yellow where they drift", async () => {
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    for (let day = 1; day < 25; day++) {
      const time = new Date(Date.now() - day * 86_400_000).toISOString();
      for (let at = 0; at < 20; at++) {
        void record.append(
          decide({ time, outcome: at < (day < 8 ? 15 : 3) ? "unknown" : "class" }),
        );
      }
    }
    await record.close();
    const flow = await start();
    while ((await flow.statusWith("0 ")).fill !== "yellow");
    const japanese = { "accept-language": "ja" };
    const { weeks, drifts } = await ask<ShownQuality>("quality", {}, japanese);
    assert.match(drifts.join(), /^カメラ line 1: .*75\.0 %.*15\.0 %/);
    assert.equal(
      weeks.reduce((sum, { decisions }) => sum + decisions, 0),
      480,
    );
    const id = await keep(flow);
    assert.equal((await flow.statusWith("1 ")).fill, "yellow");
    await ask("answer", { id, correct: null, who: "" });
  });

  it("tells open pages at once", async () => {
    const flow = await start();
    const stop = new AbortController();
    const response = await fetch(`${base}/tlac/review/api/events`, { signal: stop.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const listen = async (times: number): Promise<void> => {
      while (heard.split("data: changed").length <= times)
        heard += (await reader.read()).value ?? "";
    };
    await listen(1);
    await keep(flow);
    await listen(2);
    await flow.close();
    // The page's connection does not outlive the node.
    while (!(await reader.read()).done);
    stop.abort();
  });

  it("asks for its PIN", async () => {
    const node = { ...dragNode("tlac-review", "n") };
    const flow = await startFlow(
      [withPages(tlacReview)],
      node,
      [],
      { userDir },
      { n: { pin: "2580" } },
    );
    flows.push(flow);
    await flow.statusWith("0 ");
    assert.equal((await get("/tlac/review/")).status, 200);
    for (const what of ["next", "answer", "answers", "search", "quality"]) {
      assert.equal((await post(what, {})).status, 401, what);
    }
    assert.equal((await get("/tlac/review/api/events")).status, 401);
    assert.equal((await get("/tlac/review/api/picture/x")).status, 401);
    assert.equal((await post("login", { pin: "1234" })).status, 401);
    const login = await post("login", { pin: "2580" });
    const cookie = login.headers.get("set-cookie") ?? "";
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    const known = { cookie: cookie.split(";")[0]! };
    assert.equal((await post("next", { shown: [], most: 1 }, known)).status, 200);
    assert.equal(
      (await post("next", {}, { cookie: "tlac-review-n=0".padEnd(80, "0") })).status,
      401,
    );
    for (let tries = 0; tries < 9; tries++) await post("login", { pin: String(tries) });
    // Even the right one waits now.
    assert.equal((await post("login", { pin: "2580" })).status, 429);
  });

  it("lets no foreign text and no foreign page in", async () => {
    const flow = await start({ name: "<script>alert(1)</script>" });
    const page = await get("/tlac/review/", { "accept-language": "ja" });
    const html = await page.text();
    assert.match(html, /<html lang="ja">/);
    assert.doesNotMatch(html, /<script>alert/);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    const moved = await get("/tlac/review");
    assert.deepEqual([moved.status, moved.headers.get("location")], [302, "review/"]);
    for (const file of ["page.js", "page.css"]) {
      assert.equal((await get(`/tlac/review/${file}`)).status, 200, file);
    }
    for (const place of ["x", "../tlac-review.js", "%2e%2e/x", "api", "api/x"]) {
      assert.equal((await get(`/tlac/review/${place}`)).status, 404, place);
    }
    const id = await keep(flow, { candidates: ["<b>x</b>"] });
    assert.equal(
      (await post("answer", { id, correct: null }, { "sec-fetch-site": "cross-site" })).status,
      403,
    );
    assert.equal(
      (await post("answer", { id, correct: null }, { "content-type": "text/plain" })).status,
      415,
    );
    assert.equal((await post("answer", { id })).status, 400);
    assert.equal((await post("answer", { id: "../../etc/passwd", correct: null })).status, 400);
    assert.equal((await post("search", { id, text: "x".repeat(70_000) })).status, 400);
    assert.equal((await next()).count, 1);
  });

  it("shows no picture of another page's", async () => {
    const flow = await start();
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    const decision = decide();
    await record.append(decision, await picture());
    await record.close();
    await keep(flow);
    assert.equal((await get(`/tlac/review/api/picture/${decision.result.id}`)).status, 404);
    assert.equal((await post("answer", { id: decision.result.id, correct: null })).status, 400);
  });

  it("sends a page as much as it shows, however many wait", async () => {
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    const decisions = Array.from({ length: 10_000 }, () => decide({ outcome: "unknown" }));
    await Promise.all(decisions.map((one) => record.append(one)));
    await Promise.all(
      decisions.map(({ result }) =>
        record.note({ kind: "review", decision: result.id, queue: "n" }),
      ),
    );
    await record.close();
    const node = dragNode("tlac-review", "n");
    const flow = await startFlow([withPages(tlacReview)], node, [], { userDir });
    flows.push(flow);
    await flow.statusWith("10000 ");
    const first = await next();
    assert.deepEqual([first.count, first.items.length], [10_000, 24]);
    const ids = first.items.map(({ id }) => id);
    await ask("answer", { id: ids[0], correct: null, who: "" });
    const rest = await ask<NextItems>("next", { shown: ids, most: 1 });
    assert.deepEqual([rest.count, rest.items.length, rest.gone.length], [9_999, 1, 1]);
    assert.ok(!ids.includes(rest.items[0]!.id));
  });

  it("fails with a sentence for what is no decision, and for a path that is taken", async () => {
    const flow = await start();
    const { result } = decide();
    for (const payload of [
      null,
      "screw",
      [],
      {},
      { ...result, id: "1" },
      { ...result, ranking: 7 },
    ]) {
      flow.send("n", { payload });
      const { error } = (await flow.next("caught")) as CaughtMessage;
      assert.equal(error.code, "BAD_MESSAGE", error.message);
    }
    flow.send("n", { payload: decide({ outcome: "unknown" }).result, image: Buffer.from("none") });
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "BAD_IMAGE");
    await flow.close();
    flows.length = 0;
    for (const place of ["", "tlac", "/tlac/../x", "/a b", "/<x>"]) {
      const node = { ...dragNode("tlac-review", "n"), path: place };
      const wrong = await startFlow([withPages(tlacReview)], node, [], { userDir });
      assert.equal((await wrong.statusWith("check")).fill, "red", place);
      await wrong.close();
    }
    const second = { ...dragNode("tlac-review", "m"), z: "tab", x: 0, y: 0, wires: [[]] };
    const both = await startFlow([withPages(tlacReview)], dragNode("tlac-review", "n"), [second], {
      userDir,
    });
    flows.push(both);
    assert.equal((await both.statusWith("check")).fill, "red");
  });
});

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
