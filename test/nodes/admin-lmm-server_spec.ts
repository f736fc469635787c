import assert from "node:assert/strict";

import helper from "node-red-node-test-helper";

import lmmServer from "../../nodes/lmm-server";
import type { CheckStep } from "../../nodes/admin/lmm-server";
import type { Measurement } from "../../lib/lmm/measure-server";
import { Jobs } from "../../nodes/admin/jobs";
import type { LmmServerNode } from "../../nodes/runtime/settings/config-nodes";
import { dragNode } from "../helpers/flow-nodes";
import { createSeeingBrain } from "../helpers/seeing-brain";
import { startOpenAiDouble } from "../openai-double/server";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { startAdmin, type AdminServer } from "./admin-server";

describe("admin endpoints of lmm-server", () => {
  let double: OllamaDouble;
  let admin: AdminServer;

  beforeEach(async () => {
    double = await startOllamaDouble({
      brain: createSeeingBrain(),
      models: [
        { name: "llama3.2:3b", capabilities: ["completion"], size: 2_019_393_189 },
        { name: "llava:7b" },
      ],
    });
    const server = { ...dragNode("lmm-server", "server"), host: double.url };
    admin = await startAdmin(lmmServer, [server]);
  });
  afterEach(async () => {
    await admin.close();
    await double.close();
  });

  const stepsOf = (progress: unknown) => (progress ?? []) as CheckStep[];
  const test = async (body: object, language = "en-US"): Promise<CheckStep[]> => {
    const { job } = (await admin.post(`lmm-server/test?lang=${language}`, body)).body;
    return stepsOf((await admin.follow("lmm-server", job)).progress);
  };

  it("lists what the server has, models that see first", async () => {
    const { body } = await admin.post("lmm-server/models", { host: double.url });
    const models = body.models as { name: string; vision: boolean; sizeBytes: number }[];
    assert.deepEqual(
      models.map(({ name, vision, sizeBytes }) => [name, vision, sizeBytes]),
      [
        ["llava:7b", true, 4_733_363_377],
        ["llama3.2:3b", false, 2_019_393_189],
      ],
    );
  });

  it("checks step by step that a server is there and its model sees", async () => {
    const steps = await test({ host: double.url, model: "llava:7b" });
    assert.deepEqual(
      steps.map(({ step, state }) => [step, state]),
      [
        ["reach", "ok"],
        ["model", "ok"],
        ["vision", "ok"],
        ["canary", "ok"],
      ],
    );
    const [reach] = steps;
    assert.match(String(reach?.params?.server), /^Ollama 0\.34/);
  });

  it("stops at the first step that fails and says in the caller's language what to do", async () => {
    const missing = await test({ host: double.url, model: "moondream" }, "ja");
    assert.deepEqual(
      missing.map(({ state }) => state),
      ["ok", "failed", "skipped", "skipped"],
    );
    assert.equal(missing[1]?.error?.code, "LMM_MODEL_MISSING");
    assert.match(missing[1].error.message ?? "", /ありません/);

    const textOnly = await test({ host: double.url, model: "llama3.2:3b" });
    assert.equal(textOnly[2]?.error?.code, "LMM_NO_VISION");

    double.models.change("llava:7b", { blind: true });
    const blind = await test({ host: double.url, model: "llava:7b" });
    assert.equal(blind[3]?.error?.code, "LMM_BLIND");

    await double.stop();
    const away = await test({ host: double.url, model: "llava:7b" });
    assert.equal(away[0]?.error?.code, "LMM_UNREACHABLE");
    assert.equal(away.length, 4);
    await double.start();
  });

  it("cancels a test at any stage, so that many of them block nothing", async () => {
    double.hold("first-token");
    for (let tries = 0; tries < 10; tries += 1) {
      const { body } = await admin.post("lmm-server/test", { host: double.url, model: "llava:7b" });
      assert.ok(body.job);
      await admin.follow("lmm-server", body.job, ({ progress }) =>
        stepsOf(progress).some(({ step }) => step === "canary"),
      );
      await admin.post(`lmm-server/jobs/${body.job as string}/cancel`, {});
      assert.equal((await admin.follow("lmm-server", body.job)).state, "cancelled");
    }
    await double.journal.waitFor(() => double.journal.entries.every(({ finished }) => finished));
  });

  it("pulls with progress, and cancelling ends the request to the server", async () => {
    const letGo = double.hold("pull", 4);
    const { job } = (await admin.post("lmm-server/pull", { host: double.url, model: "moondream" }))
      .body;
    const started = await admin.follow("lmm-server", job, ({ progress }) => {
      return (progress as { completedBytes?: number } | null)?.completedBytes !== undefined;
    });
    assert.equal(started.state, "running");
    assert.equal((await admin.post(`lmm-server/jobs/${String(job)}/cancel`, {})).status, 200);
    assert.equal((await admin.follow("lmm-server", job)).state, "cancelled");
    letGo();
    const { clientClosedAt } = await double.journal.waitFor(
      ({ path, finished }) => path === "/api/pull" && finished,
    );
    assert.equal(clientClosedAt, "pulling");
    assert.equal(double.models.find("moondream"), undefined);
  });

  it("joins a pull of the same model and tells of its success", async () => {
    const letGo = double.hold("pull");
    const body = { host: double.url, model: "moondream" };
    const first = (await admin.post("lmm-server/pull", body)).body.job;
    const second = (await admin.post("lmm-server/pull", body)).body.job;
    assert.equal(second, first);
    letGo();
    assert.equal((await admin.follow("lmm-server", first)).state, "done");
    assert.ok(double.models.find("moondream"));
  });

  it("tells why a pull failed", async () => {
    double.fault({ kind: "pull-error", text: "no space left on device" });
    const { job } = (await admin.post("lmm-server/pull", { host: double.url, model: "moondream" }))
      .body;
    const { state, error } = await admin.follow("lmm-server", job);
    assert.equal(state, "failed");
    assert.match(error?.message ?? "", /no space left on device/);
  });

  it("sends a typed key to the server and to nobody else", async () => {
    const answer = await admin.post("lmm-server/models", { host: double.url, apiKey: "s3cret" });
    assert.equal(double.journal.entries.at(-1)?.headers.authorization, "Bearer s3cret");
    assert.ok(!answer.text.includes("s3cret"));
  });

  it("shows queue, calls and state of a deployed server only", async () => {
    const { body } = await admin.get("lmm-server/activity/server");
    assert.deepEqual(body.queue, { waiting: 0, active: 0 });
    assert.deepEqual([body.calls, body.lastMs, body.state], [0, null, null]);
    assert.equal((await admin.get("lmm-server/activity/other")).status, 404);
  });

  it("refuses what is no address, no number and no text, with the reason", async () => {
    for (const body of [
      { host: "ftp://x" },
      { host: double.url, numCtx: "many" },
      { host: { $: 1 } },
    ]) {
      const { status, body: complaint } = await admin.post("lmm-server/models", body);
      assert.equal(status, 400);
      assert.ok(complaint.message);
    }
  });
});

describe("admin endpoints of lmm-server with a stored key", () => {
  it("use it for the deployed host, and for no other", async () => {
    const double = await startOllamaDouble();
    const other = await startOllamaDouble();
    const server = { ...dragNode("lmm-server", "server"), host: double.url };
    const admin = await startAdmin(lmmServer, [server], { server: { apiKey: "stored" } });
    try {
      const own = await admin.post("lmm-server/models", { node: "server", host: double.url });
      assert.equal(double.journal.entries.at(-1)?.headers.authorization, "Bearer stored");
      assert.ok(!own.text.includes("stored"));
      await admin.post("lmm-server/models", { node: "server", host: other.url });
      assert.equal(other.journal.entries.at(-1)?.headers.authorization, undefined);
    } finally {
      await admin.close();
      await double.close();
      await other.close();
    }
  });
});

describe("admin endpoints of lmm-server for an OpenAI-compatible server", () => {
  it("check and list what is served, and fetch nothing", async () => {
    const double = await startOpenAiDouble({ profile: "vllm", brain: createSeeingBrain() });
    const server = { ...dragNode("lmm-server", "server"), kind: "openai", host: double.url };
    const admin = await startAdmin(lmmServer, [server], { server: { apiKey: "stored" } });
    try {
      const body = { node: "server", kind: "openai", host: double.url, model: "llava" };
      const { job } = (await admin.post("lmm-server/test", body)).body;
      const steps = (await admin.follow("lmm-server", job)).progress as CheckStep[];
      assert.deepEqual(
        steps.map(({ step, state }) => [step, state]),
        [
          ["reach", "ok"],
          ["model", "ok"],
          ["vision", "untold"],
          ["canary", "ok"],
        ],
      );
      assert.deepEqual(steps[0]?.params, { host: `${double.url}/v1`, server: "vLLM 0.33.0" });
      const { authorization } = double.journal.last("/v1/chat/completions").headers;
      assert.equal(authorization, "Bearer stored");
      const { models } = (await admin.post("lmm-server/models", body)).body;
      assert.deepEqual(models, [
        { name: "llava", parameterSize: "", quantization: "", vision: null },
      ]);
      // The stored key is that of another kind of server at the same address.
      await admin.post("lmm-server/models", { ...body, kind: "ollama" });
      assert.equal(double.journal.last().headers.authorization, undefined);
      const pull = (await admin.post("lmm-server/pull", body)).body.job;
      const { error } = await admin.follow("lmm-server", pull);
      assert.match(error?.message ?? "", /cannot be told to fetch/);
    } finally {
      await admin.close();
      await double.close();
    }
  });

  it("ask each of several hosts, and list what all of them have", async () => {
    const [first, second] = await Promise.all([
      startOpenAiDouble({ brain: createSeeingBrain(), models: [{ id: "llava" }, { id: "qwen" }] }),
      startOpenAiDouble({ brain: createSeeingBrain(), models: [{ id: "llava" }] }),
    ]);
    const host = `${first.url}, ${second.url}`;
    const server = { ...dragNode("lmm-server", "server"), kind: "openai", host };
    const admin = await startAdmin(lmmServer, [server], { server: { apiKey: "stored" } });
    try {
      const body = { node: "server", kind: "openai", host, model: "llava" };
      const { models } = (await admin.post("lmm-server/models", body)).body;
      assert.deepEqual(
        (models as { name: string }[]).map(({ name }) => name),
        ["llava"],
      );
      assert.equal(second.journal.last().headers.authorization, "Bearer stored");
      second.models = [{ id: "llava" }, { id: "other" }];
      const { job } = (await admin.post("lmm-server/test", { ...body, model: "qwen" })).body;
      const steps = (await admin.follow("lmm-server", job)).progress as CheckStep[];
      assert.equal(steps.map(({ state }) => state).join(), "ok,ok,ok,ok,ok,failed,skipped,skipped");
      // A host more than the deployed ones: the key is not for all of them.
      await admin.post("lmm-server/models", { ...body, host: `${host}, 127.0.0.1:9` });
      assert.equal(first.journal.last().headers.authorization, undefined);
    } finally {
      await admin.close();
      await first.close();
      await second.close();
    }
  });

  it("measures with more and more at a time, never the same picture twice", async () => {
    const double = await startOpenAiDouble({ profile: "vllm", brain: createSeeingBrain() });
    const admin = await startAdmin(lmmServer, []);
    try {
      const body = { kind: "openai", host: double.url, model: "llava" };
      const { job } = (await admin.post("lmm-server/measure", body)).body;
      const { state, progress } = await admin.follow("lmm-server", job);
      const { figures, best } = progress as Measurement;
      assert.equal(state, "done");
      assert.ok(figures.some(({ atOnce }) => atOnce === best));
      const images = double.journal.entries.flatMap((entry) => entry.images);
      assert.ok(images.length >= 12);
      assert.equal(new Set(images.map(({ sha256 }) => sha256)).size, images.length);
    } finally {
      await admin.close();
      await double.close();
    }
  });

  it("tells that a flow asked the server while it was measured", async () => {
    const double = await startOpenAiDouble({ profile: "vllm", brain: createSeeingBrain() });
    const fields = { kind: "openai", host: double.url, model: "llava" };
    const config = { ...dragNode("lmm-server", "server"), ...fields, canary: false };
    const admin = await startAdmin(lmmServer, [config]);
    try {
      const flow = (helper.getNode("server") as unknown as LmmServerNode).openLmm()!;
      const { job } = (await admin.post("lmm-server/measure", fields)).body;
      await admin.follow("lmm-server", job, ({ progress }) => progress !== undefined);
      await flow.ask({ prompt: "Which part is it?" });
      const { progress } = await admin.follow("lmm-server", job);
      assert.equal((progress as Measurement).others, 1);
      const alone = (await admin.post("lmm-server/measure", fields)).body;
      const { progress: quiet } = await admin.follow("lmm-server", alone.job);
      assert.equal((quiet as Measurement).others, 0);
    } finally {
      await admin.close();
      await double.close();
    }
  });

  it("says what an empty host means, and refuses a kind that is none", async () => {
    const admin = await startAdmin(lmmServer, []);
    try {
      const { body } = await admin.get("lmm-server/defaults");
      assert.equal(body.openai, "http://127.0.0.1:8080/v1");
      for (const kind of ["tgi", "recogniser"]) {
        assert.equal((await admin.post("lmm-server/models", { kind })).status, 400);
      }
    } finally {
      await admin.close();
    }
  });
});

describe("Jobs", () => {
  it("cancels a job that nobody asks after any more", async () => {
    const jobs = new Jobs({ patienceMs: 20 });
    const id = jobs.start("a", untilAborted);
    await new Promise<void>((resolve) => {
      jobs.start("b", async (signal) => {
        await untilAborted(signal).catch(() => undefined);
        resolve();
      });
    });
    assert.equal(jobs.view(id, "en-US").state, "cancelled");
  });

  it("frees the place of a cancelled job at once, even of one that does not listen", async () => {
    const jobs = new Jobs({ maxRunning: 1 });
    const deaf = new Promise<void>(() => undefined);
    for (let tries = 0; tries < 10; tries += 1) {
      const id = jobs.start(`test ${tries}`, () => deaf);
      jobs.cancel(id);
      await new Promise(setImmediate);
      assert.equal(jobs.view(id, "en-US").state, "cancelled");
    }
  });

  it("runs no more than its bound at a time and forgets what ended long ago", async () => {
    const jobs = new Jobs({ maxRunning: 1, keepMs: 1 });
    const id = jobs.start("a", untilAborted);
    assert.throws(() => jobs.start("b", untilAborted), { code: "TOO_MANY" });
    assert.equal(jobs.isRunning("a"), true);
    jobs.cancel(id);
    while (isKnown(jobs, id)) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.throws(() => jobs.view(id, "en-US"), { code: "NOT_FOUND" });
  });
});

function isKnown(jobs: Jobs, id: string): boolean {
  try {
    jobs.view(id, "en-US");
    return true;
  } catch {
    return false;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    const end = (): void => {
      reject(new Error("aborted"));
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
  });
}
